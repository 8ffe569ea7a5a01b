using System.CommandLine;
using System.CommandLine.Invocation;
using Distributed.Console.Options;
using Distributed.Console.Terminals;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Commands;

/// <summary>The help of a command on 80 columns, its options grouped by topic.</summary>
internal sealed class HelpPage : SynchronousCommandLineAction
{
    private const int Width = 80, Gap = 2, WidestLeft = 30;

    private static readonly Dictionary<string, string> Examples = new(StringComparer.Ordinal)
    {
        [TrainCommand.Name] = "dtrain train --data flowers.csv --target species --hidden 32,16",
        [TuneCommand.Name] = "dtrain tune --data flowers.csv --target species --trials 27",
        [ResumeCommand.Name] = "dtrain resume digits-1 --workers 4",
        [JobsCommand.Name] = "dtrain jobs --json",
        [PredictCommand.Name] = "dtrain predict --model runs/digits-1 --data new.csv --format csv",
        [SubmitCommand.Name] = "dtrain submit --data digits --epochs 20 --min-workers 2 --follow",
        [WatchCommand.Name] = "dtrain watch digits-1 --server http://127.0.0.1:8080",
        [SteerCommand.Pause] = "dtrain pause digits-1",
        [SteerCommand.Cancel] = "dtrain cancel digits-1",
        [NodesCommand.Name] = "dtrain nodes --json",
        [DataCommand.Name + " " + DataCommand.Upload] = "dtrain data upload flowers.csv",
        [DataCommand.Name + " " + DataCommand.List] = "dtrain data list",
        [DataCommand.Name + " " + DataCommand.Show] = "dtrain data show flowers.csv",
        [DataCommand.Name + " " + DataCommand.Delete] = "dtrain data delete flowers.csv",
        [ConsoleCommand.Name] = "dtrain console --server http://127.0.0.1:8080",
        [CompletionCommand.Name] = "dtrain completion bash",
        [ExportCommand.Name] = "dtrain export --model runs/digits-1 -o digits.onnx",
        [VerifyCommand.Name] = "dtrain verify digits-1 --from-checkpoint",
        [ExplainCommand.Name] = "dtrain explain --model runs/buyers-1 --data new.csv --row 3",
        [EvaluateCommand.Name] = "dtrain evaluate --model runs/digits-1 --data digits --json",
    };

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, CommandPath.Of(parseResult.CommandResult), parseResult.InvocationConfiguration.Output);
        return ExitCode.Done;
    }

    private static void Write(Command command, string path, TextWriter output)
    {
        foreach (var line in Wrapped(command.Description ?? "", Width)) output.WriteLine(line);
        output.WriteLine();
        var root = command is RootCommand;
        var words = root ? "dtrain" : "dtrain " + path;
        if (command.Subcommands.Count > 0)
        {
            output.WriteLine($"usage: {words} COMMAND [OPTIONS]");
            output.WriteLine($"example: {(root ? "dtrain train" : Examples[$"{path} {command.Subcommands[0].Name}"])}");
            Section(output, "commands", command.Subcommands.Where(c => !c.Hidden).Select(c => (c.Name, c.Description ?? "")));
            if (root) Section(output, "options", command.Options.Select(Row));
            output.WriteLine();
            output.WriteLine($"'{words} COMMAND --help' tells a command's options.");
            return;
        }
        var arguments = string.Concat(command.Arguments.Select(a => a.Arity.MinimumNumberOfValues > 0 ? " " + (a.HelpName ?? a.Name) : $" [{a.HelpName ?? a.Name}]"));
        output.WriteLine($"usage: {words}{arguments} [OPTIONS]");
        output.WriteLine($"example: {Examples[path]}");
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
        SettingGroup.Search => "search",
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
