using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Distributed.Console.Options;
using Distributed.Console.Output;
using Distributed.Console.Terminals;
using Distributed.Data.Tables;
using Distributed.Jobs.Submission;
using Distributed.Models;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain explain</c>: how far each column of a row moves the model's answer.</summary>
internal sealed class ExplainCommand
{
    public const string Name = "explain";

    private readonly ConsoleEnvironment _environment;
    private readonly Option<string> _model = new("--model") { Description = "a model's folder, or a job's: its best/ is taken", HelpName = "DIR", Required = true };
    private readonly Option<string> _data = new("--data") { Description = "raw rows as for training, - for standard input; the target may be missing", HelpName = "FILE", Required = true };
    private readonly Option<int> _row = new("--row") { Description = "which row of the file, from 1 (default: 1)", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> _class = new("--class") { Description = "the class whose probability is explained (default: the answer)", HelpName = "LABEL" };
    private readonly SettingFlags _written = new(TableWriting.OfAnyFile);
    private readonly OutputFlags _output = new();

    private ExplainCommand(ConsoleEnvironment environment) => _environment = environment;

    public static Command Create(ConsoleEnvironment environment)
    {
        var explain = new ExplainCommand(environment);
        var command = new Command(Name, "Tells how far each column of a row moves a model's answer.");
        command.Options.Add(explain._model);
        command.Options.Add(explain._data);
        command.Options.Add(explain._row);
        command.Options.Add(explain._class);
        explain._written.AddTo(command);
        explain._output.AddTo(command, quiet: false);
        command.SetAction(explain.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var choice = _output.Read(parsed);
        var model = ModelFolder.Load(parsed.GetValue(_model)!);
        var written = TableWriting.Of(_written.Read(parsed), model.Encoding) ?? new TableFormat();
        var row = parsed.GetValue(_row);
        var explanation = model.ExplainFile(parsed.GetValue(_data)!, row, parsed.GetValue(_class), written);
        if (choice.Json) _environment.Output.WriteLine(JsonSerializer.Serialize(Json(row, explanation), JsonLines.Default.ExplanationJson));
        else Displays.Print(_environment, Lines(row, model, explanation));
        return ExitCode.Done;
    }

    private static IEnumerable<StyledLine> Lines(int row, TrainedModel model, Explanation explanation)
    {
        var isClass = explanation.Class is not null;
        var what = isClass ? $"the probability of {model.Encoding.Target.Name} = {explanation.Class}" : model.Encoding.Target.Name;
        yield return StyledLine.Of($"row {row}: {what} is {Number(explanation.Value, isClass)}; of a row of which nothing is known it is {Number(explanation.Baseline, isClass)}");
        foreach (var column in explanation.Columns)
            yield return new StyledLine().Add(("  " + column.Column).PadRight(24), Tone.Faint).Add(Signed(column.Contribution, isClass), Tone.Strong);
    }

    private static string Number(double value, bool isShare) => isShare ? Numbers.Percent(value) : value.ToString("G6", CultureInfo.InvariantCulture);

    private static string Signed(double value, bool isShare) => (value < 0 ? "-" : "+") + Number(Math.Abs(value), isShare);

    private static ExplanationJson Json(int row, Explanation explanation) => new(
        row, explanation.Answer.Class, explanation.Class, JsonLines.Finite(explanation.Value), JsonLines.Finite(explanation.Baseline),
        [.. explanation.Columns.Select(column => new ContributionJson(column.Column, column.Contribution))]);
}
