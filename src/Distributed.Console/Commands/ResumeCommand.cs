using System.CommandLine;
using Distributed.Cluster;
using Distributed.Console.Options;
using Distributed.Console.Output;
using Distributed.Console.Sessions;
using Distributed.Learning.Data;
using Distributed.Protocol;

namespace Distributed.Console.Commands;

/// <summary>
/// <c>dtrain resume [JOB]</c>: goes on from the last checkpoint and ends with the same weights. A job that is done is told of again, and
/// its folder written again: so it is right to resume after any interruption, whenever it came.
/// </summary>
internal sealed class ResumeCommand
{
    public const string Name = "resume";

    private readonly ConsoleEnvironment _environment;
    private readonly SettingFlags _settings = new(Settings.OfRun);
    private readonly OutputFlags _output = new();
    private readonly Argument<string?> _job = new("JOB")
    {
        Description = "the job's name (default: the newest unfinished one)",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private ResumeCommand(ConsoleEnvironment environment) => _environment = environment;

    public static Command Create(ConsoleEnvironment environment)
    {
        var resume = new ResumeCommand(environment);
        var command = new Command(Name, "Goes on with an interrupted job from its last checkpoint; it ends with the same weights.");
        command.Arguments.Add(resume._job);
        resume._settings.AddTo(command);
        resume._output.AddTo(command);
        command.SetAction((parsed, _) => resume.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var given = _settings.Read(parsed);
        var run = RunSettings.From(given, _environment.Processors);
        var store = StorePath.Of(run.Store, _environment.Variable);
        var choice = _output.Read(parsed);
        JobId? name = null;
        if (parsed.GetValue(_job) is { } text)
            name = JobId.TryParse(text, out var id) ? id : throw new UsageException($"'{text}' is not a job's name; 'dtrain jobs' lists them");
        if (!File.Exists(store)) throw new UsageException($"there is no store {store}, so nothing to resume; --store FILE names another");

        using var interruption = _environment.CatchesSignals ? Interruption.OfProcess(_environment.Error) : new Interruption();
        using var display = Displays.For(_environment, choice);
        await using var cluster = new ClusterAccess(_environment, store, run, display.Log, choice.Verbose);
        var client = await cluster.ClientAsync().ConfigureAwait(false);
        var record = name is { } job
            ? await NewJob.FindAsync(client, job, store, "").ConfigureAwait(false)
            : await NewestUnfinishedAsync(client, store).ConfigureAwait(false);
        run = RunSettings.From(given, _environment.Processors, record.Options);
        if (record.Specification.Validate() is { } wrong) throw new UsageException($"{record.Id}: {wrong}");

        var data = LoadAgain(record);
        var folder = run.Out ?? NewJob.DefaultFolder(record.Id);
        StorePath.MakeFolder(folder, "--out");
        interruption.Requested.ThrowIfCancellationRequested();
        var submission = new JobSubmission(record.Id, record.Specification, run.Options, record.Source, data);
        return await new JobRunner(_environment, client, display).RunAsync(submission, record, run, folder, interruption.Requested).ConfigureAwait(false);
    }

    private static async Task<JobRecord> NewestUnfinishedAsync(ITrainingClient client, string store)
    {
        var jobs = await client.ListJobsAsync(CancellationToken.None).ConfigureAwait(false);
        return jobs.FirstOrDefault(j => j.End is null)
            ?? throw new UsageException($"{store} holds no unfinished job; 'dtrain train' begins one");
    }

    private static EncodedDataSet LoadAgain(JobRecord record)
    {
        EncodedDataSet data;
        try
        {
            data = DataSets.Load(record.Source);
        }
        catch (DataException e)
        {
            throw new UsageException($"the samples of {record.Id} cannot be read again: {e.Message}", e);
        }
        var expected = record.Specification.Data.Sha256;
        if (data.Sha256 == expected) return data;
        throw new UsageException(
            $"the samples of {record.Id} in {record.Source.Source} are others than when it began (SHA-256 {data.Sha256[..12]}…, then {expected[..12]}…): "
            + $"put the old ones back, or begin a new job: dtrain train --from {record.Id}");
    }
}
