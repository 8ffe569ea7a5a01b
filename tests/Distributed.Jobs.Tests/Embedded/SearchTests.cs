using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Jobs.Embedded;
using Distributed.Jobs.Searches;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Search;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Tests.Embedded;

/// <summary>Searches through the real actors: the same decisions and the same winner's weights, however the trials are spread, and after pauses.</summary>
public sealed class SearchTests : IDisposable
{
    private static readonly JobId Search = new("search");
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(40);

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_search_makes_the_same_decisions_however_its_trials_are_spread()
    {
        var submission = Submission("digits", "sobol", 9, 3, 9, ["learning-rate=log:1e-4..1e-1", "hidden=16|24|16,8", "dropout=0..0.5"]);
        var alone = await RunAsync("one", submission, workers: 1, atOnce: 1, blocks: 1);
        var spread = await RunAsync("many", submission, workers: 2, atOnce: 3, blocks: 3);
        Assert.Equal(SearchOutcome.Completed, alone.End!.Outcome);
        Assert.Equal(alone.End, spread.End);
        Assert.Equal([3, 1, 0], alone.Rungs.Select(rung => rung.Kept.Count));
        var winner = alone.Trials[alone.End.Winner!.Value];
        Assert.Equal(winner.Last!.WeightsSha256, spread.Trials[winner.Number].Last!.WeightsSha256);
    }

    [Fact]
    public async Task A_search_that_is_paused_again_and_again_makes_the_decisions_of_one_that_is_not()
    {
        var submission = Submission("diabetes", "tpe", 12, 2, 6, ["learning-rate=log:1e-4..1e-1", "hidden=8|16", "batch=log:16..64"]);
        var alone = await RunAsync("undisturbed", submission, workers: 1, atOnce: 2, blocks: 1);
        SearchHistory? paused = null;
        for (var stop = 1; paused?.End is null; stop++)
        {
            Assert.True(stop < 100, "the search does not end");
            paused = await RunAsync("paused", submission, workers: 1, atOnce: 1 + stop % 3, blocks: 1, pauseAfter: 5);
        }
        Assert.Equal(alone.End, paused.End);
    }

    [Fact]
    public async Task The_winners_job_alone_has_the_winners_weights()
    {
        var submission = Submission("digits", "random", 4, 2, 4, ["learning-rate=log:1e-3..1e-1", "hidden=8|16"]);
        var history = await RunAsync("store", submission, workers: 1, atOnce: 2, blocks: 1);
        var winner = history.Trials[history.End!.Winner!.Value];
        await using var cluster = await StartAsync("other", 2);
        var job = new JobSubmission(new JobId("winner"), submission.JobOf(winner.Values), new RunOptions(), submission.Source, submission.Data);
        await cluster.Client.StartAsync(job, CancellationToken.None);
        await foreach (var message in cluster.Client.WatchAsync(job.Id, CancellationToken.None)) _ = message;
        Assert.Equal(winner.Last!.WeightsSha256, (await cluster.Client.FindJobAsync(job.Id, CancellationToken.None))!.End!.WeightsSha256);
    }

    [Fact]
    public async Task Trials_are_jobs_that_the_list_leaves_out_and_dropped_ones_end_with_the_reason()
    {
        var submission = Submission("digits", "random", 3, 2, 4, ["learning-rate=log:1e-3..1e-1"]);
        await RunAsync("store", submission, workers: 1, atOnce: 2, blocks: 1);
        using var store = StoreAccess.Open(Path.Combine(_folder, "store"));
        Assert.Empty(await store.Jobs.ListJobsAsync(CancellationToken.None));
        var search = Assert.Single(await store.Jobs.ListSearchesAsync(CancellationToken.None));
        var kept = search.History.Rungs[0].Kept;
        for (var trial = 0; trial < 3; trial++)
        {
            var job = await store.Jobs.FindJobAsync(TrialNames.Of(Search, trial), CancellationToken.None);
            Assert.Equal(kept.Contains(trial) ? StopReason.Epochs : StopReason.Rung, job!.End!.Reason);
            Assert.Equal(kept.Contains(trial) ? 4 : 2, job.Epochs.Count);
        }
    }

    [Fact]
    public async Task A_trial_that_diverges_is_a_result_and_not_the_end()
    {
        var submission = Submission("diabetes", "grid", null, 1, 4, ["learning-rate=0.01|900", "clip=1e30", "optimizer=sgd"]);
        var history = await RunAsync("store", submission, workers: 1, atOnce: 2, blocks: 1);
        Assert.Equal(TrialState.Diverged, history.Trials[1].Last!.State);
        Assert.Equal(0, history.End!.Winner);
    }

    private async Task<SearchHistory> RunAsync(string store, SearchSubmission submission, int workers, int atOnce, int blocks, int? pauseAfter = null)
    {
        await using var cluster = await StartAsync(store, workers);
        var running = await cluster.Client.StartSearchAsync(submission with { AtOnce = atOnce, Options = new RunOptions { Blocks = blocks } }, CancellationToken.None);
        using var bound = new CancellationTokenSource(Bound);
        var decided = 0;
        await foreach (var news in running.News.WithCancellation(bound.Token))
            if (news is SearchDecided && ++decided == pauseAfter) running.Pause();
        return (await cluster.Client.FindSearchAsync(Search, CancellationToken.None))!.History;
    }

    private Task<EmbeddedCluster> StartAsync(string store, int workers) => EmbeddedCluster.StartAsync(
        new EmbeddedClusterOptions { StorePath = Path.Combine(_folder, store), Workers = workers, Threads = workers }, CancellationToken.None);

    private static SearchSubmission Submission(string name, string strategy, int? trials, int rungs, int epochs, string[] space)
    {
        var source = new DataSettings { Source = name, Rules = DataSettings.NewestRules, Seed = 1 };
        var data = DataSets.Load(source);
        var (given, search) = (new GivenSettings(), new GivenSettings());
        given.Give(Settings.Epochs, epochs);
        search.Give((Setting)SearchSettings.Strategy, strategy);
        search.Give(SearchSettings.Trials, trials);
        search.Give(SearchSettings.Rungs, rungs);
        var specification = SearchResolution.Resolve(
            given, search, [.. space.Select(pair => SpaceText.Read(pair, "--space"))], source.Seed, LoadedData.ShapeOf(data));
        return new SearchSubmission(Search, specification, new RunOptions(), source, data, 2);
    }
}
