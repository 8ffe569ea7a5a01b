using Distributed.Cluster;
using Distributed.Console.Output;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Data.Sets;
using Distributed.Jobs.Searches;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Search;

namespace Distributed.Console.Searches;

/// <summary>Runs a prepared search, trains its winner on all samples, writes the results and reports them; shared by tune and resume.</summary>
/// <param name="environment">The process, or what replaces it in tests.</param>
/// <param name="client">Where it runs.</param>
/// <param name="display">Where it is shown.</param>
internal sealed class SearchRunner(ConsoleEnvironment environment, IJobService client, ISearchDisplay display)
{
    /// <summary>At this limit a resume continues from what is durable.</summary>
    private static readonly TimeSpan PauseLimit = TimeSpan.FromSeconds(20);

    /// <summary>Runs the search to its end.</summary>
    /// <param name="submission">The search.</param>
    /// <param name="known">What it decided before; null for a new one.</param>
    /// <param name="run">Threads and store.</param>
    /// <param name="folder">Where the results go; made already.</param>
    /// <param name="interruption">Asks for a pause.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(SearchSubmission submission, SearchHistory? known, RunSettings run, string folder, CancellationToken interruption)
    {
        var view = new SearchView(submission, known ?? new SearchHistory(), environment.Clock);
        display.Started(view);
        if (view.History.End is null) await FollowAsync(view, interruption).ConfigureAwait(false);
        if (view.History is not { End: { } end, Specification: { } search }) return Interrupt(view, run);
        if (view.History.Best is not { } winner || end.Winner is null)
        {
            TrialsTable.Write(Path.Combine(folder, "trials.csv"), view);
            display.Completed(view, new SearchResult(null, folder, null, ""));
            return ExitCode.Failed;
        }
        var settings = SearchResolution.SettingsOf(search, winner.Values);
        try
        {
            WinnerFile.Write(folder, settings);
            TrialsTable.Write(Path.Combine(folder, "trials.csv"), view);
            SearchPictures.Write(folder, view);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"the results cannot be written to {folder}: {e.Message}", e);
        }
        var retrain = search.Retrain && MayRetrain(submission);
        var final = await FinishAsync(view, winner, settings, retrain, run, folder, interruption).ConfigureAwait(false);
        if (interruption.IsCancellationRequested && final is null) return Interrupt(view, run);
        display.Completed(view, new SearchResult(winner, folder, retrain ? final : null, $"dtrain train --job {Path.Combine(folder, WinnerFile.Name)}"));
        return ExitCode.Done;
    }

    private async Task FollowAsync(SearchView view, CancellationToken interruption)
    {
        var running = await client.StartSearchAsync(view.Search, CancellationToken.None).ConfigureAwait(false);
        using var giveUp = new CancellationTokenSource();
        using var pausing = interruption.Register(() =>
        {
            giveUp.CancelAfter(PauseLimit);
            running.Pause();
        });
        try
        {
            await foreach (var news in running.News.WithCancellation(giveUp.Token).ConfigureAwait(false)) Show(view, news);
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            // What is durable is enough.
        }
    }

    private void Show(SearchView view, SearchNews news)
    {
        view.Take(news);
        switch (news)
        {
            case SearchDecided { Event: TrialEnded ended } when view.History.Trials[ended.Trial].Results.Count == ended.Rung + 1:
                display.TrialEnded(view, view.History.Trials[ended.Trial]);
                break;
            case SearchDecided { Event: RungDecided decided }:
                display.RungDecided(view, decided);
                break;
            case SearchWaits waits:
                display.Noticed($"the search waits: {waits.Reason}");
                break;
            case TrialProgressed:
                display.Progressed(view);
                break;
        }
    }

    /// <summary>The models of the winner: trained on all samples, or those of its trial. Null when interrupted.</summary>
    private async Task<(string Job, string WeightsSha256)?> FinishAsync(
        SearchView view, SearchTrial winner, GivenSettings settings, bool retrain, RunSettings run, string folder, CancellationToken interruption)
    {
        var job = retrain ? new JobId($"{view.Search.Id}-final") : TrialNames.Of(view.Search.Id, winner.Number);
        var record = await client.FindJobAsync(job, CancellationToken.None).ConfigureAwait(false);
        var submission = record is not null
            ? await client.PrepareAgainAsync(record, run.Options, CancellationToken.None).ConfigureAwait(false)
            : await PrepareFinalAsync(view, winner, settings, job, run).ConfigureAwait(false);
        using var hidden = new PlainDisplay(TextWriter.Null, environment.Error, environment.Clock, quiet: true);
        if (retrain && record?.End is null) display.Noticed($"the winner is trained on all samples: {Numbers.Of(submission.Specification.Epochs, "epoch")}");
        var code = await new JobRunner(environment, client, hidden).RunAsync(submission, record, run, folder, interruption).ConfigureAwait(false);
        if (code == ExitCode.Interrupted) return null;
        var ended = await client.FindJobAsync(job, CancellationToken.None).ConfigureAwait(false);
        return code == ExitCode.Done && ended?.End?.WeightsSha256 is { } sha256
            ? (job.Value, sha256)
            : throw new TrainingException($"the job {job} failed: {ended?.End?.Message ?? "no reason was given"}");
    }

    /// <summary>The winner's settings on all samples, with as many epochs as its best weights had.</summary>
    private async Task<JobSubmission> PrepareFinalAsync(SearchView view, SearchTrial winner, GivenSettings settings, JobId job, RunSettings run)
    {
        var search = view.Search;
        settings.Give(Settings.Epochs, winner.Last!.BestEpoch + 1);
        var source = search.Source with { Validation = "0" };
        var resolved = JobService.Resolve(settings.Without([Settings.Validation, Settings.Patience, Settings.TargetLoss, Settings.TargetAccuracy]), source, null, DataSets.Load);
        return (await client.PrepareAsync(resolved, job, run.Options, CancellationToken.None).ConfigureAwait(false)) with { Search = search.Id };
    }

    /// <summary>Validation samples of a file of their own, a group's or the latest stay apart.</summary>
    private static bool MayRetrain(SearchSubmission search) =>
        search.Data.Validation is not null && search.Source is { Group: null, Order: null } && (search.Source.Validation is null || RealType.TryRead(search.Source.Validation, out _))
        && (search.Data.Encoding.Image is null || LoadedData.IsBuiltIn(search.Source.Source));

    private int Interrupt(SearchView view, RunSettings run)
    {
        var store = run.Store is null ? "" : $" --store {run.Store}";
        display.Interrupted(view, $"{view.Search.Id} is paused after {Numbers.Of(view.EpochsDone, "epoch")}; it goes on with: dtrain resume {view.Search.Id}{store}");
        return ExitCode.Interrupted;
    }
}
