using System.Diagnostics;
using Distributed.Cluster;
using Distributed.Protocol;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>A job as its watcher sees it.</summary>
internal sealed class RunningJob(ITrainingClient client, JobId id)
{
    private readonly IAsyncEnumerator<JobEvent> _events = client.WatchAsync(id, new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token).GetAsyncEnumerator();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _progressAt;
    private long _step = -1;

    /// <summary>Everything that was told.</summary>
    public List<JobEvent> Events { get; } = [];

    /// <summary>The longest times between two reports of progress that told of more steps; reports come every 100 ms.</summary>
    public List<(TimeSpan Length, TimeSpan At)> Gaps { get; } = [];

    public TimeSpan Now => _clock.Elapsed;

    /// <summary>Reads on until an event is as wished; fails when the job ends before.</summary>
    public async Task<T> UntilAsync<T>(Func<T, bool>? where = null) where T : JobEvent
    {
        while (await NextAsync() is { } told)
            if (told is T wished && (where is null || where(wished))) return wished;
        throw new InvalidOperationException($"the job ended ({Events.LastOrDefault()}) before a {typeof(T).Name}");
    }

    /// <summary>Reads until a step is reached.</summary>
    public Task<JobProgressed> UntilStepAsync(long step) => UntilAsync<JobProgressed>(progress => progress.Step >= step);

    /// <summary>Reads to the end; gives the SHA-256 of the last weights.</summary>
    public async Task<string> FinishAsync()
    {
        while (await NextAsync() is not null) { }
        var finished = Assert.IsType<JobFinished>(Events[^1]);
        Assert.True(finished.End.Outcome == JobOutcome.Completed, finished.ToString());
        return RealCluster.Sha256Of(await client.ReadWeightsAsync(id, CheckpointChoice.Last, CancellationToken.None));
    }

    private async Task<JobEvent?> NextAsync()
    {
        if (!await _events.MoveNextAsync()) return null;
        var told = _events.Current;
        Events.Add(told);
        if (told is JobProgressed progress && progress.Step > _step)
        {
            if (_step >= 0) Gaps.Add((Now - _progressAt, Now));
            (_step, _progressAt) = (progress.Step, Now);
        }
        return told;
    }
}
