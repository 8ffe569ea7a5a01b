using System.CommandLine;
using Distributed.Console.Options;
using Distributed.Console.Reports;
using Distributed.Learning.Models;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain predict</c>: class and probabilities, or the value, of every row of a file.</summary>
internal sealed class PredictCommand
{
    public const string Name = "predict";

    private static readonly IReadOnlyList<(string Name, PredictionFormat Value)> Formats =
        [("table", PredictionFormat.Table), ("csv", PredictionFormat.Csv), ("jsonl", PredictionFormat.JsonLines)];

    private readonly ConsoleEnvironment _environment;
    private readonly Option<string> _model = new("--model") { Description = "a model's folder, or a job's: its best/ is taken", HelpName = "DIR", Required = true };
    private readonly Option<string> _data = new("--data") { Description = "raw rows as for training; the target may be missing", HelpName = "FILE", Required = true };
    private readonly Option<string> _format = new("--format") { Description = "table, csv or jsonl (default: table)", HelpName = "NAME" };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "show the stack trace of an error" };

    private PredictCommand(ConsoleEnvironment environment) => _environment = environment;

    public static Command Create(ConsoleEnvironment environment)
    {
        var predict = new PredictCommand(environment);
        var command = new Command(Name, "Predicts every row of a file with a trained model.");
        command.Options.Add(predict._model);
        command.Options.Add(predict._data);
        command.Options.Add(predict._format);
        command.Options.Add(predict._verbose);
        command.SetAction(predict.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var values = new SettingValues();
        if (parsed.GetValue(_format) is { } text) values.Give("format", text, "--format");
        var format = values.Choice("format", Formats) ?? PredictionFormat.Table;
        var model = TrainedModel.Load(parsed.GetValue(_model)!);
        var predictions = model.PredictFile(parsed.GetValue(_data)!);
        var writer = new PredictionWriter(_environment.Output, format, model.Encoding.Target);
        for (var i = 0; i < predictions.Count; i++) writer.Write(i + 1, predictions[i]);
        writer.End();
        return ExitCode.Done;
    }
}
