using System.CommandLine;
using Distributed.Console.Options;
using Distributed.Console.Output;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain train</c>: a new job on the cluster of this process, from its data to its model folder.</summary>
internal sealed class TrainCommand
{
    public const string Name = "train";

    private readonly ConsoleEnvironment _environment;
    private readonly SettingFlags _settings = new(Settings.All);
    private readonly OutputFlags _output = new();
    private readonly Option<string> _job = new("--job")
    {
        Description = "a JSON file with the same settings in camelCase; flags win",
        HelpName = "FILE",
    };

    private TrainCommand(ConsoleEnvironment environment) => _environment = environment;

    public static Command Create(ConsoleEnvironment environment)
    {
        var train = new TrainCommand(environment);
        var command = new Command(Name, "Trains a network: digits without any option, or your own CSV and image files.");
        train._settings.AddTo(command);
        command.Options.Add(train._job);
        train._output.AddTo(command);
        command.SetAction((parsed, _) => train.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var given = _settings.Read(parsed);
        if (parsed.GetValue(_job) is { } file) given = given.Over(JobFile.Read(file));
        JobResolution.Check(given);
        var run = RunSettings.ForOneProcess(given, _environment.Processors);
        var store = StorePath.Of(run.Store, _environment.Variable);
        var choice = _output.Read(parsed);

        using var interruption = Interruption.Of(_environment);
        using var display = Displays.For(_environment, choice);
        await using var cluster = new ClusterAccess(_environment, store, run, display.Log, choice.Verbose);

        // Nothing is written before the inputs are checked; without inputs to check or files to write, both run concurrently.
        var (other, isNewStore) = (given.Get(Settings.From), !File.Exists(store));
        if (other is not null && isNewStore) throw new UsageException($"--from: there is no store {store}, so no job '{other}' either");
        if (!isNewStore || LoadedData.IsBuiltIn(given.Get(Settings.Data) ?? JobDefaults.Data)) cluster.Begin();

        var from = other is { } name ? await NewJob.FindAsync(await cluster.ClientAsync().ConfigureAwait(false), name, store, "--from: ").ConfigureAwait(false) : null;
        var source = JobResolution.SourceOf(given, from);
        var data = NewJob.Load(source);
        var specification = JobResolution.Resolve(given, source.Seed, LoadedData.ShapeOf(data), from);
        var client = await cluster.ClientAsync().ConfigureAwait(false);
        float[]? weights = null;
        string? weightsNote = null;
        if (from is not null)
        {
            weights = await OtherJob.WeightsOfAsync(client, from, specification.Network).ConfigureAwait(false);
            specification = specification with { Initial = OtherJob.Describe(from, weights) };
        }
        else if (given.Get(Settings.InitialWeights) is { } weightsFile)
        {
            (weights, weightsNote) = NewJob.ReadWeights(weightsFile, specification.Network);
            specification = specification with { Initial = NewJob.Describe(weightsFile, weights) };
        }
        interruption.Requested.ThrowIfCancellationRequested();

        var job = await NewJob.NameAsync(client, given.Get(Settings.Name), LoadedData.DisplayName(source.Source), store, isNewStore).ConfigureAwait(false);
        var folder = run.Out ?? NewJob.DefaultFolder(job);
        StorePath.MakeFolder(folder, "--out");
        foreach (var note in data.Notes) display.Noticed(note.Say(Settings.Task.Flag));
        if (weightsNote is not null) display.Noticed(weightsNote);
        var submission = new JobSubmission(job, specification, run.Options, LoadedData.WithFullPaths(source), data, weights);
        return await new JobRunner(_environment, client, display).RunAsync(submission, null, run, folder, interruption.Requested).ConfigureAwait(false);
    }
}
