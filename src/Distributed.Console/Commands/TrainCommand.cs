using System.CommandLine;
using Distributed.Console.Options;
using Distributed.Console.Output;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Data.Sets;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain train</c>: a new job on the cluster of this process, from its data to its model folder.</summary>
internal sealed class TrainCommand
{
    public const string Name = "train";

    private readonly ConsoleEnvironment _environment;
    private readonly SettingFlags _settings = new(Settings.All);
    private readonly OutputFlags _output = new();
    private readonly JobFileFlag _job = new();

    private TrainCommand(ConsoleEnvironment environment) => _environment = environment;

    public static Command Create(ConsoleEnvironment environment)
    {
        var train = new TrainCommand(environment);
        var command = new Command(Name, "Trains a network: digits without any option, or your own CSV and image files.");
        train._settings.AddTo(command);
        train._job.AddTo(command);
        train._output.AddTo(command);
        command.SetAction((parsed, _) => train.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var given = _settings.Read(parsed);
        if (_job.Read(parsed) is { } file) given = given.Over(file.Settings);
        JobResolution.Check(given);
        var run = RunSettings.ForOneProcess(given, _environment.Processors);
        var store = StorePath.Of(run.Store, _environment.Variable);
        var choice = _output.Read(parsed);

        using var interruption = Interruption.Of(_environment);
        using var display = Displays.For(_environment, choice);
        await using var cluster = new ClusterAccess(_environment, store, run, display.Log, choice.Verbose);

        // Nothing is written before the inputs are checked; without inputs to check or files to write, both run concurrently.
        var (other, isNewStore) = (given.Get(Settings.From), !File.Exists(store));
        if (other is not null && isNewStore) throw new UsageException($"--from: there is no store {store}, so no job '{other}' either");
        if (!isNewStore || LoadedData.IsBuiltIn(given.Get(Settings.Data) ?? JobDefaults.Data)) cluster.Begin();

        var from = other is { } otherName ? await NewJob.FindAsync(await cluster.ClientAsync().ConfigureAwait(false), otherName, store, "--from: ").ConfigureAwait(false) : null;
        var job = JobService.Resolve(given, JobResolution.SourceOf(given, from), from, DataSets.Load);
        var client = await cluster.ClientAsync().ConfigureAwait(false);
        interruption.Requested.ThrowIfCancellationRequested();

        var name = await NewJob.NameAsync(client, job.Name, LoadedData.DisplayName(job.Source.Source), store).ConfigureAwait(false);
        var submission = await client.PrepareAsync(job, name, run.Options, CancellationToken.None).ConfigureAwait(false);
        var folder = run.Out ?? NewJob.DefaultFolder(name);
        StorePath.MakeFolder(folder, "--out");
        foreach (var note in job.Data.Notes) display.Noticed(note.Say(setting => setting.Flag));
        if (job.WeightsNote is { } remark) display.Noticed(remark);
        return await new JobRunner(_environment, client, display).RunAsync(submission, null, run, folder, interruption.Requested).ConfigureAwait(false);
    }
}
