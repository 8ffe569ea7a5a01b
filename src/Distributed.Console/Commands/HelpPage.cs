using System.CommandLine;
using System.CommandLine.Invocation;
using Distributed.Console.Options;

namespace Distributed.Console.Commands;

/// <summary>The help of a command on 80 columns, its options grouped by what they are about.</summary>
internal sealed class HelpPage : SynchronousCommandLineAction
{
    private const int Width = 80, Gap = 2, WidestLeft = 30;

    private static readonly Dictionary<string, string> Examples = new(StringComparer.Ordinal)
    {
        [TrainCommand.Name] = "dtrain train --data flowers.csv --target species --hidden 32,16 --epochs 50",
        [ResumeCommand.Name] = "dtrain resume digits-1 --workers 4",
        [JobsCommand.Name] = "dtrain jobs --json",
        [PredictCommand.Name] = "dtrain predict --model runs/digits-1 --data new.csv --format csv",
        [EvaluateCommand.Name] = "dtrain evaluate --model runs/digits-1 --data digits --json",
    };

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
        return ExitCode.Done;
    }

    private static void Write(Command command, TextWriter output)
    {
        output.WriteLine(command.Description);
        output.WriteLine();
        var root = command is RootCommand;
        var arguments = string.Concat(command.Arguments.Select(a => $" [{a.HelpName ?? a.Name}]"));
        output.WriteLine($"usage: dtrain{(root ? " COMMAND" : " " + command.Name)}{arguments} [OPTIONS]");
        output.WriteLine($"example: {(root ? "dtrain train" : Examples[command.Name])}");
        if (root)
        {
            Section(output, "commands", command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, c.Description ?? "")));
            Section(output, "options", command.Options.Select(Row));
            output.WriteLine();
            output.WriteLine("'dtrain COMMAND --help' tells a command's options.");
            return;
        }
        Section(output, "arguments", command.Arguments.Select(a => (a.HelpName ?? a.Name, a.Description ?? "")));
        foreach (var group in command.Options.OfType<SettingFlag>().GroupBy(f => f.Setting.Group))
            Section(output, Title(group.Key), group.Select(Row));
        Section(output, "other", command.Options.Where(o => o is not SettingFlag && !o.Hidden).Select(Row).Append(("-h, --help", "show this help")));
    }

    private static string Title(SettingGroup group) => group switch
    {
        SettingGroup.Data => "data",
        SettingGroup.Network => "network",
        SettingGroup.Optimizer => "optimizer",
        SettingGroup.Training => "training",
        _ => "run (reaches no weight, may change on resume)",
    };

    private static (string Left, string Right) Row(Option option)
    {
        var names = string.Join(", ", option.Aliases.Where(a => a.StartsWith('-') && a.Length == 2).Append(option.Name));
        var right = (option.Description ?? "") + (option.Required ? " (needed)" : "");
        return (names + (option.HelpName is { } value ? " " + value : ""), right);
    }

    private static void Section(TextWriter output, string title, IEnumerable<(string Left, string Right)> rows)
    {
        var all = rows.ToArray();
        if (all.Length == 0) return;
        output.WriteLine();
        output.WriteLine(title + ":");
        var column = Gap + Math.Min(WidestLeft, all.Max(r => r.Left.Length)) + Gap;
        foreach (var (left, right) in all)
        {
            var line = "".PadLeft(Gap) + left;
            if (line.Length + Gap > column)
            {
                output.WriteLine(line);
                line = "";
            }
            foreach (var part in Wrapped(right, Width - column))
            {
                output.WriteLine((line.PadRight(column) + part).TrimEnd());
                line = "";
            }
        }
    }

    private static IEnumerable<string> Wrapped(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : line + " " + word;
            }
        }
        yield return line;
    }
}
