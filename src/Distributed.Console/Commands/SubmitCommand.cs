using System.CommandLine;
using System.Text.Json;
using Distributed.Api;
using Distributed.Console.Options;
using Distributed.Console.Output;
using Distributed.Console.Remote;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain submit</c>: a new job for a cluster, with the settings of <c>train</c>; data that is here is uploaded first.</summary>
internal sealed class SubmitCommand
{
    public const string Name = "submit";

    private readonly ConsoleEnvironment _environment;
    private readonly SettingFlags _settings = new(Settings.All.Except(Settings.OfOneProcess));
    private readonly JobFileFlag _job = new();
    private readonly Option<bool> _follow = new("--follow") { Description = "watch the job to its end; Ctrl-C leaves it running" };
    private readonly Option<string> _out = new("--out") { Description = "with --follow: where its models go when it is done", HelpName = "DIR" };
    private readonly OutputFlags _output = new();
    private readonly ServerFlags _server;

    private SubmitCommand(ConsoleEnvironment environment) => (_environment, _server) = (environment, new ServerFlags(environment));

    public static Command Create(ConsoleEnvironment environment)
    {
        var submit = new SubmitCommand(environment);
        var command = new Command(Name, "Submits a job to a cluster: the settings of train, run by its workers.");
        submit._server.AddTo(command);
        submit._settings.AddTo(command);
        submit._job.AddTo(command);
        command.Options.Add(submit._follow);
        command.Options.Add(submit._out);
        submit._output.AddTo(command);
        command.SetAction((parsed, _) => submit.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var given = _settings.Read(parsed);
        var choice = _output.Read(parsed);
        var follow = parsed.GetValue(_follow);
        var folder = parsed.GetValue(_out);
        if (folder is not null && !follow) throw new UsageException("--out belongs to --follow: without it nothing is fetched ('dtrain export --job JOB' does later)");
        using var interruption = Interruption.Of(_environment);
        using var display = Displays.For(_environment, choice);
        if (_job.Read(parsed) is { } file)
        {
            var left = Settings.OfOneProcess.Where(file.Settings.Has).ToArray();
            if (left.Length > 0) display.Noticed($"{file.File}: {string.Join(", ", left.Select(setting => setting.Name))} set up one process and are left out");
            given = given.Over(file.Settings.Without(left));
        }
        JobResolution.Check(given); // errors that need no data are reported before anything is sent
        using var client = _server.Open(parsed, display.Noticed);
        foreach (var setting in new[] { Settings.Data, Settings.Validation }) await PlaceAsync(client, given, setting, display, interruption.Requested).ConfigureAwait(false);
        var detail = await client.SubmitAsync(Body(given), Guid.NewGuid().ToString("N"), interruption.Requested).ConfigureAwait(false);
        foreach (var note in detail.Notes) display.Noticed(note);
        if (follow) return await new FollowedRun(_environment, client, display).RunAsync(detail, folder, interruption.Requested).ConfigureAwait(false);
        var summary = detail.Summary;
        if (choice.Json) await _environment.Output.WriteLineAsync(JsonSerializer.Serialize(summary, ApiJson.Default.JobSummary)).ConfigureAwait(false);
        else if (choice.Quiet) await _environment.Words.WriteLineAsync(summary.Id).ConfigureAwait(false);
        else Displays.Print(_environment, [RemoteText.Of(summary), StyledLine.Of($"it is followed with: dtrain watch {summary.Id}", Tone.Faint)]);
        return ExitCode.Done;
    }

    /// <summary>Uploads samples that are local files, and replaces them by the server's id.</summary>
    private static async Task PlaceAsync(HttpTrainingClient client, GivenSettings given, Setting<string?> setting, IProgressDisplay display, CancellationToken cancellation)
    {
        if (given.Get(setting) is not { } source || LoadedData.IsBuiltIn(source) || !Path.Exists(source)) return;
        var dataset = await DatasetUpload.SendAsync(client, source, null, given, cancellation).ConfigureAwait(false);
        display.Noticed($"{LoadedData.DisplayName(source)} is at {client.Server.Authority} as {dataset.Id[..12]} ({Numbers.Bytes(dataset.Bytes)})");
        given.Give(setting, dataset.Id);
    }

    /// <summary>The settings as a job file.</summary>
    internal static byte[] Body(GivenSettings given)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            foreach (var (setting, text) in given.Texts) json.WriteString(setting.Member, text);
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }
}
