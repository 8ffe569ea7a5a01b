using System.CommandLine;
using Distributed.Console.Options;
using Distributed.Console.Output;
using Distributed.Console.Remote;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain watch JOB</c>: a job of a server as <c>train</c> shows its own; Ctrl-C leaves it running.</summary>
internal sealed class WatchCommand
{
    public const string Name = "watch";

    private readonly ConsoleEnvironment _environment;
    private readonly Argument<string> _job = new("JOB") { Description = "the job's name" };
    private readonly Option<string> _out = new("--out") { Description = "where its models go when it is done (default: they are left there)", HelpName = "DIR" };
    private readonly OutputFlags _output = new();
    private readonly ServerFlags _server;

    private WatchCommand(ConsoleEnvironment environment) => (_environment, _server) = (environment, new ServerFlags(environment));

    public static Command Create(ConsoleEnvironment environment)
    {
        var watch = new WatchCommand(environment);
        var command = new Command(Name, "Follows a job of a cluster to its end; Ctrl-C leaves it running.");
        command.Arguments.Add(watch._job);
        watch._server.AddTo(command);
        command.Options.Add(watch._out);
        watch._output.AddTo(command);
        command.SetAction((parsed, _) => watch.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var job = RemoteJob.Named(parsed.GetValue(_job)!);
        using var interruption = Interruption.Of(_environment);
        using var display = Displays.For(_environment, _output.Read(parsed));
        using var client = _server.Open(parsed, display.Noticed);
        var detail = await client.GetJobAsync(job, interruption.Requested).ConfigureAwait(false);
        return await new FollowedRun(_environment, client, display).RunAsync(detail, parsed.GetValue(_out), interruption.Requested).ConfigureAwait(false);
    }
}
