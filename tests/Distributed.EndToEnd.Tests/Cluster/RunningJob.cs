using System.Diagnostics;
using Distributed.Data.Samples;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>A job as its watcher sees it: every event is noted when it comes, whoever waits for it.</summary>
internal sealed class RunningJob
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    private readonly Func<IJobService> _client;
    private readonly JobId _id;
    private readonly JobSpecification _specification;
    private readonly EncodedDataSet _data;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<(JobEvent Event, TimeSpan At)> _told = [];
    private readonly List<TimeSpan> _gaps = [];
    private readonly SemaphoreSlim _news = new(0);
    private int _read;
    private TimeSpan _progressAt;
    private long _step = -1;
    private Task _pump;

    public RunningJob(Func<IJobService> client, JobId id, JobSpecification specification, EncodedDataSet data)
    {
        _client = client;
        _id = id;
        _specification = specification;
        _data = data;
        _pump = PumpAsync(client());
    }

    public TimeSpan Now => _clock.Elapsed;

    /// <summary>Everything that was told.</summary>
    public IReadOnlyList<JobEvent> Events
    {
        get { lock (_told) return [.. _told.Select(told => told.Event)]; }
    }

    /// <summary>The newest step that was told of.</summary>
    public long Step
    {
        get { lock (_told) return _step; }
    }

    /// <summary>
    /// The times between two reports of progress that told of more steps than ever before; reports come every 100 ms, so each is up to that much
    /// longer than the time between two steps.
    /// </summary>
    public IReadOnlyList<TimeSpan> Gaps
    {
        get { lock (_told) return [.. _gaps]; }
    }

    /// <summary>Watches from a client that is another one now.</summary>
    public async Task WatchAgainAsync(RunOptions options)
    {
        await _client().StartAsync(new JobSubmission(_id, _specification, options, DigitsJob.Source, _data), CancellationToken.None);
        _pump = PumpAsync(_client());
    }

    /// <summary>What was told until now is passed over by those that wait.</summary>
    public void SkipToNow()
    {
        lock (_told) _read = _told.Count;
    }

    /// <summary>Reads on until an event is as wished; fails when the job ends before, and after two minutes.</summary>
    public async Task<T> UntilAsync<T>(Func<T, bool>? where = null) where T : JobEvent
    {
        var until = Now + Bound;
        while (true)
        {
            while (Next() is { } told)
            {
                if (told is T wished && (where is null || where(wished))) return wished;
                if (told is JobFinished) throw new InvalidOperationException($"the job ended ({told}) before a {typeof(T).Name}");
            }
            if (Now > until || !await _news.WaitAsync(Bound))
                throw new TimeoutException($"no {typeof(T).Name} as wished within {Bound}; last: {(Events is [.., var last] ? last : null)} at step {Step}");
        }
    }

    /// <summary>Reads until a step is reached.</summary>
    public Task<JobProgressed> UntilStepAsync(long step) => UntilAsync<JobProgressed>(progress => progress.Step >= step);

    /// <summary>Waits until so many more steps than ever before were made; gives the longest gap on the way.</summary>
    public async Task<TimeSpan> PauseWithinAsync(long steps)
    {
        SkipToNow();
        var before = Gaps.Count;
        await UntilStepAsync(Step + steps);
        return Gaps.Skip(before).Max();
    }

    /// <summary>Waits for the end, which must be a completed one, and compares the weights with those of the straight loop.</summary>
    public Task FinishAsync() => CompareAsync(JobOutcome.Completed);

    /// <summary>Ends the job where it is, and compares its weights with those of the straight loop after as many steps.</summary>
    /// <param name="read">Reads the weights; null for by the client.</param>
    public async Task CancelAsync(Func<Task<float[]>>? read = null)
    {
        await _client().CancelAsync(_id, CancellationToken.None);
        await CompareAsync(JobOutcome.Cancelled, read);
    }

    private async Task CompareAsync(JobOutcome outcome, Func<Task<float[]>>? read = null)
    {
        var finished = await UntilAsync<JobFinished>();
        Assert.True(finished.End.Outcome == outcome, finished.ToString());
        var weights = read is null ? await _client().ReadWeightsAsync(_id, CheckpointChoice.Last, CancellationToken.None) : await read();
        Assert.Equal(DigitsJob.ExpectedSha256(_specification, _data, finished.End.Step), RealCluster.Sha256Of(weights));
    }

    private JobEvent? Next()
    {
        lock (_told) return _read < _told.Count ? _told[_read++].Event : null;
    }

    private async Task PumpAsync(IJobService client)
    {
        await foreach (var told in client.WatchAsync(_id, CancellationToken.None).ConfigureAwait(false))
        {
            lock (_told)
            {
                _told.Add((told, Now));
                if (told is JobProgressed progress && progress.Step > _step)
                {
                    if (_step >= 0) _gaps.Add(Now - _progressAt);
                    (_step, _progressAt) = (progress.Step, Now);
                }
            }
            _news.Release();
        }
    }
}
