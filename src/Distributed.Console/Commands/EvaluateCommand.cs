using System.CommandLine;
using System.Text.Json;
using Distributed.Console.Options;
using Distributed.Console.Output;
using Distributed.Console.Reports;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Data.Samples;
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
    private readonly Option<bool> _importance = new("--importance") { Description = "by how much the model gets worse when a column's values are exchanged" };
    private readonly Option<string?> _out = new("--out") { Description = "where pictures of the evaluation go", HelpName = "DIR" };
    private readonly SettingFlags _written = new(TableWriting.OfAnyFile);
    private readonly OutputFlags _output = new();

    private EvaluateCommand(ConsoleEnvironment environment) => _environment = environment;

    public static Command Create(ConsoleEnvironment environment)
    {
        var evaluate = new EvaluateCommand(environment);
        var command = new Command(Name, "Evaluates a trained model on samples whose targets are known.");
        command.Options.Add(evaluate._model);
        command.Options.Add(evaluate._data);
        command.Options.Add(evaluate._importance);
        command.Options.Add(evaluate._out);
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
        var parameters = model.AnsweringParameters.ToArray();
        var evaluation = Evaluation.Of(model.Network, parameters, samples, model.Encoding.Target.Classes);
        var scores = ModelScores.Of(model, evaluation, samples);
        var importance = parsed.GetValue(_importance) ? ImportanceOf(model, parameters, samples) : null;
        if (parsed.GetValue(_out) is { } place) Draw(place, model, evaluation, importance);
        if (choice.Json) _environment.Output.WriteLine(JsonSerializer.Serialize(Json(folder, source, model, evaluation, scores, importance), JsonLines.Default.EvaluationJson));
        else Displays.Print(_environment, Lines(folder, source, model, evaluation, scores, importance, _environment.TerminalWidth ?? FinalReport.PlainWidth));
        return ExitCode.Done;
    }

    private static IReadOnlyList<ColumnImportance> ImportanceOf(TrainedModel model, float[] parameters, ISampleSource samples) => model.Encoding.Image is null
        ? ColumnImportance.Of(model.Network, parameters, samples, model.Encoding, JobDefaults.Seed)
        : throw new UsageException("--importance needs the model of a table: pixels have no names");

    private static void Draw(string folder, TrainedModel model, Evaluation evaluation, IReadOnlyList<ColumnImportance>? importance)
    {
        StorePath.MakeFolder(folder, "--out");
        var target = model.Encoding.Target;
        EvaluationPictures.Write(
            folder, "the evaluated model", evaluation.Classes, evaluation.Probabilities,
            [.. evaluation.Answers.Select(point => (target.Value(point.Answer), target.Value(point.Target)))], target.Name);
        if (importance is { Count: > 0 }) ImportancePicture.Write(Path.Combine(folder, "importance.png"), importance, "importance of the columns");
    }

    private static IEnumerable<StyledLine> Lines(string folder, string source, TrainedModel model, Evaluation evaluation, ModelScores scores, IReadOnlyList<ColumnImportance>? importance, int width)
    {
        var metrics = evaluation.Metrics;
        if (evaluation.Classes is { } classes)
        {
            foreach (var line in ConfusionReport.Lines(classes, $"samples of {LoadedData.DisplayName(source)}", width)) yield return line;
            yield return StyledLine.Empty;
        }
        yield return StyledLine.Of($"{folder} on {source}: {Numbers.Of(metrics.Samples, "sample")}");
        yield return Row("loss", Numbers.Loss(metrics.MeanLoss));
        if (evaluation.Classes is not null) yield return Row("accuracy", Numbers.Percent(metrics.Accuracy));
        foreach (var line in ScoreTable.Lines(scores, model.Encoding.Target.Classes)) yield return line;
        if (importance is null) yield break;
        yield return StyledLine.Empty;
        yield return StyledLine.Of("by how much the loss rises when a column's values are exchanged between the rows");
        foreach (var column in importance) yield return Row(column.Column, Numbers.Loss(column.LossIncrease));
    }

    private static StyledLine Row(string name, string value) => new StyledLine().Add(("  " + name).PadRight(24), Tone.Faint).Add(value, Tone.Strong);

    private static EvaluationJson Json(string folder, string source, TrainedModel model, Evaluation evaluation, ModelScores scores, IReadOnlyList<ColumnImportance>? importance)
    {
        var metrics = evaluation.Metrics;
        var classes = evaluation.Classes;
        return new EvaluationJson(
            folder, source, metrics.Samples, JsonLines.Finite(metrics.MeanLoss),
            classes is null ? null : JsonLines.Finite(metrics.Accuracy),
            classes is null ? JsonLines.Finite(metrics.MeanAbsoluteError * model.Encoding.Target.Scale) : null,
            classes is null ? JsonLines.Finite(metrics.RSquared) : null,
            ScoresJson.Of(scores),
            classes?.Scores.Select((s, i) => new ClassJson(
                s.Name, s.Support, s.Precision, s.Recall, s.F1,
                [.. Enumerable.Range(0, classes.Classes.Count).Select(predicted => classes[i, predicted])])).ToArray(),
            importance?.Select(column => new ImportanceJson(column.Column, column.LossIncrease, column.AccuracyDecrease, column.RSquaredDecrease)).ToArray());
    }
}
