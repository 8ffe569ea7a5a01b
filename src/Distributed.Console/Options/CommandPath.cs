using System.CommandLine;
using System.CommandLine.Parsing;

namespace Distributed.Console.Options;

/// <summary>The words of a command, as a user types them after the program's name.</summary>
internal static class CommandPath
{
    public static string Of(CommandResult command) => command.Parent is CommandResult { Command: not RootCommand } parent
        ? $"{parent.Command.Name} {command.Command.Name}"
        : command.Command.Name;
}
