using System.CommandLine;
using System.CommandLine.Parsing;
using Distributed.Console.Options;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Commands;

/// <summary>Describes the error in a command line, and its remedy, in one line.</summary>
internal static class BadUsage
{
    /// <summary>The line, or null when the command line is valid.</summary>
    public static string? Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = CommandPath.Of(parsed.CommandResult);
        // An unknown option may be parsed as an argument and its value as a surplus one: report the option.
        var taken = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value);
        var unknown = taken.Concat(parsed.UnmatchedTokens).ToArray();
        if (unknown.FirstOrDefault(IsOption) is { } option) return OfUnknown(option, command, path);
        if (parsed.UnmatchedTokens.Count > 0) return OfUnknown(parsed.UnmatchedTokens[0], command, path);
        if (command is RootCommand) return $"a command is missing: one of {Names(command)}; 'dtrain --help' tells more";
        if (command.Subcommands.Count > 0) return $"'dtrain {path}' needs one of {Names(command)}; 'dtrain {path} --help' tells more";
        return parsed.Errors.Count > 0 ? OfError(parsed.Errors[0], path) : null;
    }

    private static bool IsOption(string token) => token.Length > 1 && token[0] == '-' && !char.IsAsciiDigit(token[1]);

    private static string OfUnknown(string token, Command command, string path)
    {
        var name = token.Split('=', 2)[0];
        if (command is RootCommand)
        {
            var commands = command.Subcommands.Select(c => c.Name).ToArray();
            return name.StartsWith('-')
                ? $"there is no option '{name}' before the command{NearestName.Hint(name, OptionNames(command))}"
                : $"there is no command '{name}'{NearestName.Hint(name, commands)} (commands: {Names(command)})";
        }
        if (command.Subcommands.Count > 0 && !name.StartsWith('-'))
            return $"'dtrain {path}' has no command '{name}'{NearestName.Hint(name, command.Subcommands.Select(c => c.Name))} (commands: {Names(command)})";
        if (!name.StartsWith('-')) return $"'{name}' is one argument too many for 'dtrain {path}'";
        if (command.Name == ResumeCommand.Name && Settings.OfSpecification.FirstOrDefault(s => s.Flag == name) is { } setting)
        {
            return $"{setting.Flag} belongs to the job's specification, which is immutable: only {string.Join(", ", Settings.OfRun.Select(s => s.Flag))} "
                + "may change on resume; 'dtrain train --from JOB' begins a new job with its weights";
        }
        return $"'dtrain {path}' has no option '{name}'{NearestName.Hint(name, OptionNames(command))}";
    }

    private static string OfError(ParseError error, string path)
    {
        switch (error.SymbolResult)
        {
            case OptionResult { Option: { Required: true } option, IdentifierTokenCount: 0 }:
                return $"'dtrain {path}' needs {option.Name} {option.HelpName}: {option.Description}";
            case OptionResult { Option: { } option, Tokens.Count: 0 }:
                return $"{option.Name} needs a value: {option.HelpName ?? "VALUE"}, {option.Description}";
            case OptionResult { Option: { } option, IdentifierTokenCount: > 1 and var times }:
                return $"{option.Name} is given {times} times; once is enough";
            case ArgumentResult { Argument: { } argument, Tokens.Count: 0 }:
                return $"'dtrain {path}' needs {argument.HelpName ?? argument.Name}: {argument.Description}";
            default:
                return error.Message.TrimEnd('.');
        }
    }

    private static string Names(Command command) => string.Join(", ", command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name));

    private static IEnumerable<string> OptionNames(Command command) => command.Options.Where(o => !o.Hidden).Select(o => o.Name);
}
