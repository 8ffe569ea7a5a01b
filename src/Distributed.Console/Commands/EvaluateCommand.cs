using System.CommandLine;
using System.Text.Json;
using Distributed.Console.Options;
using Distributed.Console.Output;
using Distributed.Console.Reports;
using Distributed.Console.Terminals;
using Distributed.Data.Sets;
using Distributed.Jobs.Checks;
using Distributed.Jobs.Submission;
using Distributed.Models;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain evaluate</c>: the metrics of training, of any samples; of the same samples, the same bits.</summary>
internal sealed class EvaluateCommand
{
    public const string Name = "evaluate";

    private readonly ConsoleEnvironment _environment;
    private readonly Option<string> _model = new("--model") { Description = "a model's folder, or a job's: its best/ is taken", HelpName = "DIR", Required = true };
    private readonly Option<string> _data = new("--data") { Description = "samples with their targets; all of them are evaluated", HelpName = "FILE|NAME", Required = true };
    private readonly SettingFlags _written = new(TableWriting.OfAnyFile);
    private readonly OutputFlags _output = new();

    private EvaluateCommand(ConsoleEnvironment environment) => _environment = environment;

    public static Command Create(ConsoleEnvironment environment)
    {
        var evaluate = new EvaluateCommand(environment);
        var command = new Command(Name, "Evaluates a trained model on samples whose targets are known.");
        command.Options.Add(evaluate._model);
        command.Options.Add(evaluate._data);
        evaluate._written.AddTo(command);
        evaluate._output.AddTo(command, quiet: false);
        command.SetAction(evaluate.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var choice = _output.Read(parsed);
        var folder = ModelFolder.Find(parsed.GetValue(_model)!);
        var model = ModelFolder.Load(folder);
        var source = parsed.GetValue(_data)!;
        var samples = DataSets.LoadSamples(source, model.Encoding with { Format = TableWriting.Of(_written.Read(parsed), model.Encoding) });
        var evaluation = Evaluation.Of(model.Network, model.Parameters.ToArray(), samples, model.Encoding.Target.Classes);
        if (choice.Json) _environment.Output.WriteLine(JsonSerializer.Serialize(Json(folder, source, model, evaluation), JsonLines.Default.EvaluationJson));
        else Displays.Print(_environment, Lines(folder, source, model, evaluation, _environment.TerminalWidth ?? FinalReport.PlainWidth));
        return ExitCode.Done;
    }

    private static IEnumerable<StyledLine> Lines(string folder, string source, TrainedModel model, Evaluation evaluation, int width)
    {
        var metrics = evaluation.Metrics;
        if (evaluation.Classes is { } classes)
        {
            foreach (var line in ConfusionReport.Lines(classes, $"samples of {LoadedData.DisplayName(source)}", width)) yield return line;
            yield return StyledLine.Empty;
        }
        yield return StyledLine.Of($"{folder} on {source}: {Numbers.Of(metrics.Samples, "sample")}");
        yield return Row("loss", Numbers.Loss(metrics.MeanLoss));
        if (evaluation.Classes is not null)
        {
            yield return Row("accuracy", Numbers.Percent(metrics.Accuracy));
            yield return Row("macro F1", Numbers.Percent(evaluation.Classes.MacroF1));
        }
        else
        {
            yield return Row("mean absolute error", Numbers.Loss(metrics.MeanAbsoluteError * model.Encoding.Target.Scale));
            yield return Row("R²", Numbers.Loss(metrics.RSquared));
        }
    }

    private static StyledLine Row(string name, string value) => new StyledLine().Add(("  " + name).PadRight(24), Tone.Faint).Add(value, Tone.Strong);

    private static EvaluationJson Json(string folder, string source, TrainedModel model, Evaluation evaluation)
    {
        var metrics = evaluation.Metrics;
        var classes = evaluation.Classes;
        return new EvaluationJson(
            folder, source, metrics.Samples, JsonLines.Finite(metrics.MeanLoss),
            classes is null ? null : JsonLines.Finite(metrics.Accuracy),
            classes is null ? JsonLines.Finite(metrics.MeanAbsoluteError * model.Encoding.Target.Scale) : null,
            classes is null ? JsonLines.Finite(metrics.RSquared) : null,
            classes?.Scores.Select((s, i) => new ClassJson(
                s.Name, s.Support, s.Precision, s.Recall, s.F1,
                [.. Enumerable.Range(0, classes.Classes.Count).Select(predicted => classes[i, predicted])])).ToArray());
    }
}
