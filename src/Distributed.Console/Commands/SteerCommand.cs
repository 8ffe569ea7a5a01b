using System.CommandLine;
using System.Text.Json;
using Distributed.Api;
using Distributed.Console.Options;
using Distributed.Console.Output;
using Distributed.Console.Remote;
using Distributed.Console.Terminals;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Queue;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain pause JOB</c> and <c>dtrain cancel JOB</c>: sends the request and prints the job's state.</summary>
internal sealed class SteerCommand
{
    public const string Pause = "pause", Cancel = "cancel";

    private readonly ConsoleEnvironment _environment;
    private readonly Func<HttpTrainingClient, JobId, Task<JobSummary>> _wish;
    private readonly Argument<string> _job = new("JOB") { Description = "the job's name" };
    private readonly OutputFlags _output = new();
    private readonly ServerFlags _server;

    private SteerCommand(ConsoleEnvironment environment, Func<HttpTrainingClient, JobId, Task<JobSummary>> wish) =>
        (_environment, _wish, _server) = (environment, wish, new ServerFlags(environment));

    public static Command CreatePause(ConsoleEnvironment environment) => Create(
        Pause, "Pauses a job of a cluster at its next step; 'dtrain resume' goes on with it.",
        new SteerCommand(environment, (client, job) => client.RequestPauseAsync(job, environment.Ending)));

    public static Command CreateCancel(ConsoleEnvironment environment) => Create(
        Cancel, "Ends a job of a cluster on the weights that it has.",
        new SteerCommand(environment, (client, job) => client.RequestCancelAsync(job, environment.Ending)));

    private static Command Create(string name, string description, SteerCommand steer)
    {
        var command = new Command(name, description);
        command.Arguments.Add(steer._job);
        steer._server.AddTo(command);
        steer._output.AddTo(command, quiet: false);
        command.SetAction((parsed, _) => steer.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var job = RemoteJob.Named(parsed.GetValue(_job)!);
        using var client = _server.Open(parsed, _environment.Error.WriteLine);
        Print(_environment, await _wish(client, job).ConfigureAwait(false), _output.Read(parsed).Json);
        return ExitCode.Done;
    }

    /// <summary>Prints a job's state.</summary>
    internal static void Print(ConsoleEnvironment environment, JobSummary summary, bool json)
    {
        if (json) environment.Output.WriteLine(JsonSerializer.Serialize(summary, ApiJson.Default.JobSummary));
        else Displays.Print(environment, [RemoteText.Of(summary)]);
    }
}
