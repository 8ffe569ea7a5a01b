using System.CommandLine;
using System.Text.Json;
using Distributed.Api;
using Distributed.Console.Options;
using Distributed.Console.Output;
using Distributed.Console.Remote;
using Distributed.Console.Terminals;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain nodes</c>: the members of a cluster and what they do.</summary>
internal sealed class NodesCommand
{
    public const string Name = "nodes";

    private readonly ConsoleEnvironment _environment;
    private readonly OutputFlags _output = new();
    private readonly ServerFlags _server;

    private NodesCommand(ConsoleEnvironment environment) => (_environment, _server) = (environment, new ServerFlags(environment));

    public static Command Create(ConsoleEnvironment environment)
    {
        var nodes = new NodesCommand(environment);
        var command = new Command(Name, "Lists the nodes of a cluster: roles, load, speed, current work.");
        nodes._server.AddTo(command);
        nodes._output.AddTo(command, quiet: false);
        command.SetAction((parsed, _) => nodes.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        using var client = _server.Open(parsed, _environment.Error.WriteLine);
        var nodes = await client.NodesAsync(_environment.Ending).ConfigureAwait(false);
        if (_output.Read(parsed).Json)
            await _environment.Output.WriteLineAsync(JsonSerializer.Serialize(new NodeList(nodes), ApiJson.Default.NodeList)).ConfigureAwait(false);
        else if (nodes.Count > 0) Displays.Print(_environment, RemoteText.Of(nodes));
        return ExitCode.Done;
    }
}
