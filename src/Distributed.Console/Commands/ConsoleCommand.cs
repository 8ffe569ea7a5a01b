using System.CommandLine;
using Distributed.Console.Prompting;
using Distributed.Console.Remote;
using Distributed.Console.Terminals;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain console</c>: a prompt for the other commands, or a run of the lines of a file or pipe.</summary>
internal sealed class ConsoleCommand
{
    public const string Name = "console";

    private readonly ConsoleEnvironment _environment;
    private readonly ServerFlags _server;

    private ConsoleCommand(ConsoleEnvironment environment) => (_environment, _server) = (environment, new ServerFlags(environment));

    public static Command Create(ConsoleEnvironment environment)
    {
        var console = new ConsoleCommand(environment);
        var command = new Command(Name, "A prompt for these commands, with history and completion; or runs a pipe's lines.");
        console._server.AddTo(command);
        command.SetAction((parsed, _) => console.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        using var prompt = new CommandPrompt(
            _environment with { Variable = _server.VariablesFor(parsed) }, ConsoleApplication.RunAsync, CommandTree.Create);
        return await prompt.RunAsync().ConfigureAwait(false);
    }
}
