using System.CommandLine;
using Distributed.Console.Options;
using Distributed.Console.Remote;
using Distributed.Console.Reports;
using Distributed.Console.Terminals;
using Distributed.Data.Tables;
using Distributed.Jobs.Results;
using Distributed.Jobs.Submission;
using Distributed.Models;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain predict</c>: class and probabilities, or the value, of every row of a file.</summary>
internal sealed class PredictCommand
{
    public const string Name = "predict";

    private readonly ConsoleEnvironment _environment;
    private readonly Option<string> _model = new("--model") { Description = "a model's folder, or a job's: its best/ is taken", HelpName = "DIR" };
    private readonly Option<string> _job = new("--job") { Description = "instead of a model: a job of a cluster, also while it runs", HelpName = "JOB" };
    private readonly ChoiceFlag<CheckpointChoice> _checkpoint = ChoiceFlags.Checkpoint("of a job: best or last (default: last)");
    private readonly ServerFlags _server;
    private readonly Option<string> _data = new("--data") { Description = "raw rows as for training, - for standard input; the target may be missing", HelpName = "FILE", Required = true };
    private readonly ChoiceFlag<PredictionFormat> _format = new(
        "--format", "table, csv or jsonl (default: table)", [("table", PredictionFormat.Table), ("csv", PredictionFormat.Csv), ("jsonl", PredictionFormat.Jsonl)]);
    private readonly SettingFlags _written = new(TableWriting.OfAnyFile);
    private readonly Option<bool> _strict = new("--strict") { Description = "refuse rows with an unseen category or an unreadable number" };
    private readonly Option<bool> _verbose = new("--verbose") { Description = "show the stack trace of an error" };

    private PredictCommand(ConsoleEnvironment environment) => (_environment, _server) = (environment, new ServerFlags(environment));

    public static Command Create(ConsoleEnvironment environment)
    {
        var predict = new PredictCommand(environment);
        var command = new Command(Name, "Predicts every row of a file with a trained model.");
        command.Options.Add(predict._model);
        command.Options.Add(predict._job);
        predict._checkpoint.AddTo(command);
        predict._server.AddTo(command);
        command.Options.Add(predict._data);
        predict._written.AddTo(command);
        predict._format.AddTo(command);
        command.Options.Add(predict._strict);
        command.Options.Add(predict._verbose);
        command.SetAction((parsed, _) => predict.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var format = _format.Read(parsed) ?? PredictionFormat.Table;
        var checkpoint = _checkpoint.Read(parsed);
        var model = (parsed.GetValue(_model), parsed.GetValue(_job)) switch
        {
            ({ } folder, null) => ExportCommand.LoadFolder(folder, checkpoint),
            (null, { } job) => await FetchAsync(parsed, job, checkpoint ?? CheckpointChoice.Last).ConfigureAwait(false),
            (null, null) => throw new UsageException("'dtrain predict' needs --model DIR, or --job JOB of a cluster: what predicts"),
            _ => throw new UsageException("--model and --job both name the model; give one of them"),
        };
        if (parsed.GetValue(_strict)) model = model.Strictly();
        var written = TableWriting.Of(_written.Read(parsed), model.Encoding) ?? new TableFormat();
        var predictions = model.PredictFile(parsed.GetValue(_data)!, written);
        var writer = new PredictionWriter(_environment.TerminalWidth is null && format != PredictionFormat.Table ? _environment.Output : _environment.Words, format, model.Encoding.Target);
        for (var i = 0; i < predictions.Count; i++)
        {
            _environment.Ending.ThrowIfCancellationRequested();
            writer.Write(i + 1, predictions[i]);
        }
        writer.End();
        return ExitCode.Done;
    }

    /// <summary>The model comes here, not the rows there: any form of data and any number of rows, and the same bits as at the server.</summary>
    private async Task<TrainedModel> FetchAsync(ParseResult parsed, string job, CheckpointChoice checkpoint)
    {
        using var client = _server.Open(parsed, _environment.Error.WriteLine);
        var (model, step) = await RemoteJob.FetchModelAsync(client, RemoteJob.Named(job), checkpoint, _environment.Ending).ConfigureAwait(false);
        if (step is { } at) await _environment.Error.WriteLineAsync($"{job}: the checkpoint of step {Numbers.Count(at)} predicts").ConfigureAwait(false);
        return model;
    }
}
