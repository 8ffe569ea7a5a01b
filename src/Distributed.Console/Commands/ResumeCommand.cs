using System.CommandLine;
using Distributed.Console.Options;
using Distributed.Console.Output;
using Distributed.Console.Remote;
using Distributed.Console.Searches;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Identity;

namespace Distributed.Console.Commands;

/// <summary>
/// <c>dtrain resume [JOB]</c>: continues from the last checkpoint and ends with the same weights. For a completed job it shows the result and
/// writes the folder again, so that resuming is safe after any interruption.
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

    private readonly ServerFlags _server;

    private ResumeCommand(ConsoleEnvironment environment) => (_environment, _server) = (environment, new ServerFlags(environment));

    public static Command Create(ConsoleEnvironment environment)
    {
        var resume = new ResumeCommand(environment);
        var command = new Command(Name, "Goes on with an interrupted job from its last checkpoint; it ends with the same weights.");
        command.Arguments.Add(resume._job);
        resume._server.AddTo(command);
        resume._settings.AddTo(command);
        resume._output.AddTo(command);
        command.SetAction((parsed, _) => resume.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var given = _settings.Read(parsed);
        if (_server.IsNamed(parsed, orElse: given.Has(Settings.Store))) return await ResumeAtServerAsync(parsed, given).ConfigureAwait(false);
        var run = RunSettings.ForOneProcess(given, _environment.Processors);
        var store = StorePath.Of(run.Store, _environment.Variable);
        var choice = _output.Read(parsed);
        JobId? name = null;
        if (parsed.GetValue(_job) is { } text)
            name = JobId.TryParse(text, out var id) ? id : throw new UsageException($"'{text}' is not a job's name; 'dtrain jobs' lists them");
        if (!File.Exists(store)) throw new UsageException($"there is no store {store}, so nothing to resume; --store FILE names another");

        if (await FindSearchAsync(store, name).ConfigureAwait(false) is { } search) return await ResumeSearchAsync(search, run, store, choice).ConfigureAwait(false);
        using var interruption = Interruption.Of(_environment);
        using var display = Displays.For(_environment, choice);
        await using var cluster = new ClusterAccess(_environment, store, run, display.Log, choice.Verbose);
        var client = await cluster.ClientAsync().ConfigureAwait(false);
        var record = name is { } job
            ? await NewJob.FindAsync(client, job, store, "").ConfigureAwait(false)
            : await NewestUnfinishedAsync(client, store).ConfigureAwait(false);
        run = RunSettings.ForOneProcess(given, _environment.Processors, record.Options);
        if (record.Specification.Validate() is { } wrong) throw new UsageException($"{record.Id}: {wrong}");

        var submission = await client.PrepareAgainAsync(record, run.Options, CancellationToken.None).ConfigureAwait(false);
        var folder = run.Out ?? NewJob.DefaultFolder(record.Id);
        StorePath.MakeFolder(folder, "--out");
        interruption.Requested.ThrowIfCancellationRequested();
        return await new JobRunner(_environment, client, display).RunAsync(submission, record, run, folder, interruption.Requested).ConfigureAwait(false);
    }

    /// <summary>The search of a name, or the newest unfinished one that is newer than every unfinished job; null for a job.</summary>
    private async Task<SearchRecord?> FindSearchAsync(string store, JobId? name)
    {
        using var opened = StorePath.Open(_environment, store);
        if (name is { } given) return await opened.Jobs.FindSearchAsync(given, _environment.Ending).ConfigureAwait(false);
        var search = (await opened.Jobs.ListSearchesAsync(_environment.Ending).ConfigureAwait(false)).FirstOrDefault(known => known.History.End is null);
        if (search is null) return null;
        var jobs = await opened.Jobs.ListJobsAsync(_environment.Ending).ConfigureAwait(false);
        return jobs.Any(job => job.End is null && job.SubmittedAt > search.SubmittedAt) ? null : search;
    }

    private async Task<int> ResumeSearchAsync(SearchRecord search, RunSettings run, string store, OutputChoice choice)
    {
        if (search.Specification.Validate() is { } wrong) throw new UsageException($"{search.Id}: {wrong}");
        using var interruption = Interruption.Of(_environment);
        using var display = SearchDisplays.For(_environment, choice);
        var data = LoadedData.LoadAgain(search.Id, search.Specification.Data, search.Source);
        await using var cluster = new ClusterAccess(_environment, store, SideBySide.Of(run), display.Noticed, choice.Verbose);
        var client = await cluster.ClientAsync().ConfigureAwait(false);
        var folder = run.Out ?? NewJob.DefaultFolder(search.Id);
        StorePath.MakeFolder(folder, "--out");
        var submission = new SearchSubmission(search.Id, search.Specification, run.Options, search.Source, data, SideBySide.Trials(run));
        return await new SearchRunner(_environment, client, display).RunAsync(submission, search.History, run, folder, interruption.Requested).ConfigureAwait(false);
    }

    /// <summary>Resumes a paused job of a cluster in its turn.</summary>
    private async Task<int> ResumeAtServerAsync(ParseResult parsed, GivenSettings given)
    {
        if (parsed.GetValue(_job) is not { } name) throw new UsageException("'dtrain resume' needs JOB where it talks to a server: many people's jobs may be paused there");
        if (Settings.OfOneProcess.FirstOrDefault(given.Has) is { } local)
            throw new UsageException($"{local.Flag} sets up one process, and a cluster has its own setup; a cluster takes --blocks, --min-workers, --snapshot-every, --audit-share and --calibrate");
        var job = RemoteJob.Named(name);
        using var client = _server.Open(parsed, _environment.Error.WriteLine);
        var summary = await client.ResumeAsync(job, given.Texts.Any() ? SubmitCommand.Body(given) : null, _environment.Ending).ConfigureAwait(false);
        SteerCommand.Print(_environment, summary, _output.Read(parsed).Json);
        return ExitCode.Done;
    }

    private static async Task<JobRecord> NewestUnfinishedAsync(IJobService client, string store)
    {
        var jobs = await client.ListJobsAsync(CancellationToken.None).ConfigureAwait(false);
        return jobs.FirstOrDefault(j => j.End is null)
            ?? throw new UsageException($"{store} holds no unfinished job; 'dtrain train' begins one");
    }
}
