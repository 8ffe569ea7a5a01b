using System.CommandLine;
using Distributed.Console.Options;
using Distributed.Console.Output;
using Distributed.Console.Remote;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Jobs.Results;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Models;
using Distributed.Models.Export;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain export</c>: a model in one file that other programs read.</summary>
internal sealed class ExportCommand
{
    public const string Name = "export";

    private readonly ChoiceFlag<ModelFormat> _format = new(
        "--format", "onnx or safetensors (default: by the file's ending)", [("onnx", ModelFormat.Onnx), ("safetensors", ModelFormat.SafeTensors)]);

    private readonly ChoiceFlag<CheckpointChoice> _checkpoint = ChoiceFlags.Checkpoint("best or last (default: best)");

    private readonly ConsoleEnvironment _environment;
    private readonly Option<string> _model = new("--model") { Description = "a model's folder, or a job's with best/ and last/", HelpName = "DIR" };
    private readonly Option<string> _job = new("--job") { Description = "a job of the store, or of a cluster, also while it runs", HelpName = "JOB" };
    private readonly Option<string> _file = new("--output", "-o") { Description = "the file; one that is there is replaced", HelpName = "FILE", Required = true };
    private readonly SettingFlags _store = new([Settings.Store]);
    private readonly ServerFlags _server;
    private readonly Option<bool> _verbose = new("--verbose") { Description = "show the stack trace of an error" };

    private ExportCommand(ConsoleEnvironment environment) => (_environment, _server) = (environment, new ServerFlags(environment));

    public static Command Create(ConsoleEnvironment environment)
    {
        var export = new ExportCommand(environment);
        var command = new Command(Name, "Writes a trained model as one ONNX or safetensors file for other programs.");
        command.Options.Add(export._model);
        command.Options.Add(export._job);
        export._format.AddTo(command);
        export._checkpoint.AddTo(command);
        command.Options.Add(export._file);
        export._server.AddTo(command);
        export._store.AddTo(command);
        command.Options.Add(export._verbose);
        command.SetAction((parsed, _) => export.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var file = parsed.GetValue(_file)!;
        var format = _format.Read(parsed) ?? ByEnding(file);
        var choice = _checkpoint.Read(parsed);
        var model = (parsed.GetValue(_model), parsed.GetValue(_job)) switch
        {
            ({ } folder, null) => LoadFolder(folder, choice),
            (null, { } job) => await LoadJobAsync(job, choice ?? CheckpointChoice.Best, parsed).ConfigureAwait(false),
            (null, null) => throw new UsageException("'dtrain export' needs --model DIR or --job JOB: what to export"),
            _ => throw new UsageException("--model and --job both name the model to export; give one of them"),
        };
        ModelExport.Write(model, format, file);
        var words = $"{file}: {DisplayText.Of(model.Network)}, {Numbers.Bytes(new FileInfo(file).Length)}, weights {ParameterHash.Compute(model.Parameters)}";
        await _environment.Words.WriteLineAsync(words).ConfigureAwait(false);
        return ExitCode.Done;
    }

    private ModelFormat ByEnding(string file)
    {
        foreach (var (name, format) in _format.Choices)
            if (file.EndsWith("." + name, StringComparison.OrdinalIgnoreCase)) return format;
        throw new UsageException($"--output: {file} ends neither in .onnx nor in .safetensors: name it so, or give --format");
    }

    /// <summary>A model's folder, or the wanted part of a job's.</summary>
    internal static TrainedModel LoadFolder(string folder, CheckpointChoice? choice)
    {
        if (choice is null) return TrainedModel.Load(folder);
        var part = Path.Combine(folder, choice == CheckpointChoice.Best ? "best" : "last");
        return Directory.Exists(part)
            ? TrainedModel.Load(part)
            : throw new UsageException($"--checkpoint: {folder} has no folder {Path.GetFileName(part)}; expected a job's folder, such as runs/digits-1");
    }

    private async Task<TrainedModel> LoadJobAsync(string name, CheckpointChoice choice, ParseResult parsed)
    {
        var job = RemoteJob.Named(name);
        var given = _store.Read(parsed);
        if (_server.IsNamed(parsed, orElse: given.Has(Settings.Store)))
        {
            using var server = _server.Open(parsed, _environment.Error.WriteLine);
            return (await RemoteJob.FetchModelAsync(server, job, choice, _environment.Ending).ConfigureAwait(false)).Model;
        }
        var store = StorePath.Of(given.Get(Settings.Store), _environment.Variable);
        if (!File.Exists(store)) throw new UsageException($"there is no store {store}, so no job '{job}' either; --store FILE names another");
        using var opened = StorePath.Open(_environment, store);
        var record = await NewJob.FindAsync(opened.Jobs, job, store, "--job: ").ConfigureAwait(false);
        return await opened.Jobs.ReadModelAsync(record, choice, _environment.Ending).ConfigureAwait(false);
    }
}
