using System.CommandLine;
using System.Text.Json;
using Distributed.Api;
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
using Distributed.Protocol.Journal;
using Distributed.Protocol.Search;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Commands;

/// <summary><c>dtrain jobs</c>: lists the stored jobs, newest first.</summary>
internal sealed class JobsCommand
{
    public const string Name = "jobs";

    /// <summary>More lines serve no reader; programs page through the API.</summary>
    private const int MostOfServer = 10_000;

    private readonly ConsoleEnvironment _environment;
    private readonly SettingFlags _settings = new([Settings.Store]);
    private readonly OutputFlags _output = new();
    private readonly Argument<string?> _search = new("SEARCH") { Description = "a search of the store, whose trials are listed (default: all jobs)", Arity = ArgumentArity.ZeroOrOne };
    private readonly ServerFlags _server;

    private JobsCommand(ConsoleEnvironment environment) => (_environment, _server) = (environment, new ServerFlags(environment));

    public static Command Create(ConsoleEnvironment environment)
    {
        var jobs = new JobsCommand(environment);
        var command = new Command(Name, "Lists the jobs of a store or of a cluster, newest first.");
        command.Arguments.Add(jobs._search);
        jobs._server.AddTo(command);
        jobs._settings.AddTo(command);
        jobs._output.AddTo(command, quiet: false);
        command.SetAction((parsed, _) => jobs.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        if (_server.IsNamed(parsed, orElse: _settings.Read(parsed).Has(Settings.Store))) return await ListServerAsync(parsed).ConfigureAwait(false);
        var store = StorePath.Of(_settings.Read(parsed).Get(Settings.Store), _environment.Variable);
        var choice = _output.Read(parsed);
        IReadOnlyList<JobRecord> jobs = [];
        IReadOnlyList<SearchRecord> searches = [];
        if (File.Exists(store))
        {
            using var opened = StorePath.Open(_environment, store);
            if (parsed.GetValue(_search) is { } name) return await ShowSearchAsync(opened.Jobs, RemoteJob.Named(name), store, choice).ConfigureAwait(false);
            jobs = await opened.Jobs.ListJobsAsync(_environment.Ending).ConfigureAwait(false);
            searches = await opened.Jobs.ListSearchesAsync(_environment.Ending).ConfigureAwait(false);
        }
        else if (parsed.GetValue(_search) is { } name)
        {
            throw new UsageException($"there is no store {store}, so no search '{name}' either");
        }
        if (choice.Json)
        {
            foreach (var search in searches) await _environment.Output.WriteLineAsync(JsonSerializer.Serialize(SearchRows.Line(search), JsonLines.Default.SearchJson)).ConfigureAwait(false);
            foreach (var job in jobs) await _environment.Output.WriteLineAsync(JsonSerializer.Serialize(Line(job), JsonLines.Default.JobJson)).ConfigureAwait(false);
        }
        else if (jobs.Count + searches.Count == 0)
        {
            await _environment.Words.WriteLineAsync($"no jobs in {store}").ConfigureAwait(false);
        }
        else
        {
            Displays.Print(_environment, JobTable.Of([.. jobs.Select(Row).Concat(searches.Select(SearchRows.Of)).OrderByDescending(row => row.SubmittedAt)]));
        }
        return ExitCode.Done;
    }

    /// <summary>The trials of a search, each a job.</summary>
    private async Task<int> ShowSearchAsync(IJobResults stored, JobId name, string store, OutputChoice choice)
    {
        if (await stored.FindSearchAsync(name, _environment.Ending).ConfigureAwait(false) is not { } search)
        {
            var hint = NearestName.Hint(name.Value, (await stored.ListSearchesAsync(_environment.Ending).ConfigureAwait(false)).Select(known => known.Id.Value));
            throw new UsageException($"there is no search '{name}' in {store}{hint}");
        }
        var trials = new List<JobRecord>();
        foreach (var trial in search.History.Trials)
            if (await stored.FindJobAsync(TrialNames.Of(name, trial.Number), _environment.Ending).ConfigureAwait(false) is { } job) trials.Add(job);
        if (choice.Json)
        {
            foreach (var trial in trials) await _environment.Output.WriteLineAsync(JsonSerializer.Serialize(Line(trial), JsonLines.Default.JobJson)).ConfigureAwait(false);
        }
        else
        {
            Displays.Print(_environment, JobTable.Of([SearchRows.Of(search), .. trials.Select(Row)]));
        }
        return ExitCode.Done;
    }

    private async Task<int> ListServerAsync(ParseResult parsed)
    {
        if (parsed.GetValue(_search) is { } search) throw new UsageException($"'{search}' names a search of a store, and a server has none; leave it out");
        using var client = _server.Open(parsed, _environment.Error.WriteLine);
        var jobs = await client.ListAsync(MostOfServer, _environment.Ending).ConfigureAwait(false);
        if (_output.Read(parsed).Json)
        {
            foreach (var job in jobs) await _environment.Output.WriteLineAsync(JsonSerializer.Serialize(job, ApiJson.Default.JobSummary)).ConfigureAwait(false);
        }
        else if (jobs.Count == 0)
        {
            await _environment.Words.WriteLineAsync($"no jobs at {client.Server.Authority}").ConfigureAwait(false);
        }
        else
        {
            Displays.Print(_environment, RemoteText.Of(jobs));
        }
        return ExitCode.Done;
    }

    private static string State(JobRecord job) => job.End switch
    {
        null => "unfinished",
        { Outcome: JobOutcome.Failed } => "failed",
        { Outcome: JobOutcome.Cancelled, Reason: StopReason.Rung } => "dropped",
        { Outcome: JobOutcome.Cancelled } => "cancelled",
        _ => "completed",
    };

    private static JobRow Row(JobRecord job) => new(
        job.Id.Value, State(job), job.Epochs.Count, job.Specification.Epochs, EpochDecisions.Best(job.Epochs)?.Metrics, job.End?.WeightsSha256, job.SubmittedAt);

    private static JobJson Line(JobRecord job)
    {
        var last = job.Epochs.Count > 0 ? job.Epochs[^1].Metrics : null;
        return new JobJson(
            job.Id.Value, State(job), job.Source.Source, job.Epochs.Count, job.Specification.Epochs, job.End?.Step ?? job.LastCheckpoint ?? 0,
            JsonLines.Finite(last?.TrainLoss), JsonLines.Finite(last?.ValidationLoss), JsonLines.Finite(last?.ValidationAccuracy),
            JsonLines.Finite(last?.ValidationR2), job.LastCheckpoint, job.SubmittedAt, job.End?.Message,
            job.End?.WeightsSha256);
    }
}
