using Distributed.Jobs.Gateway;
using Distributed.Node.Histories;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Events;

/// <summary>
/// Keeps one job's picture up to date while it has watchers: subscribes to its coordinator while it runs, asks the queue every second, and reads
/// the shared history at first and after missed events.
/// </summary>
internal sealed class JobFeed : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReadAgainAfter = TimeSpan.FromSeconds(10);

    private readonly JobId _job;
    private readonly GatewayAccess _cluster;
    private readonly JobHistories _histories;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly JobView _picture;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _hint = new(0, 1);
    private TaskCompletionSource _changed = New();
    private bool _mustRead = true;
    private IDisposable? _tap;

    public JobFeed(JobId job, GatewayAccess cluster, JobHistories histories, ILogger logger)
    {
        (_job, _cluster, _histories, _logger) = (job, cluster, histories, logger);
        _picture = new JobView(job);
        _ = Task.Run(RunAsync);
    }

    /// <summary>Streams that read it. Owned by <see cref="JobFeeds"/>.</summary>
    internal int Readers { get; set; }

    /// <summary>The epochs' shared JSON; null before the history was read.</summary>
    public EpochTexts? Texts
    {
        get
        {
            lock (_gate) return _picture.Texts;
        }
    }

    /// <summary>Waits for the events that a stream has not sent yet.</summary>
    public async Task<IReadOnlyList<StreamEvent>> NextAsync(StreamCursor cursor, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if ((_picture.Version > cursor.Version || cursor.IsBehind) && cursor.Advance(_job, _picture) is { Count: > 0 } events) return events;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the feed when its last watcher has left.</summary>
    public void Dispose() => _stopping.Cancel();

    private async Task RunAsync()
    {
        try
        {
            await FollowAsync().ConfigureAwait(false);
        }
        finally
        {
            _tap?.Dispose();
        }
    }

    private async Task FollowAsync()
    {
        var readAt = DateTimeOffset.MinValue;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var queued = await _cluster.FindAsync(_job, _stopping.Token).ConfigureAwait(false);
                if (queued.Summary is { } summary)
                {
                    Change(picture => picture.Take(summary, queued.RestsAt));
                    Listen(summary);
                    var now = DateTimeOffset.UtcNow;
                    var over = summary.EndedAt is not null && summary.StartedAt is not null;
                    if (summary.StartedAt is not null && (_mustRead || over || now - readAt > ReadAgainAfter))
                    {
                        _mustRead = false;
                        readAt = now;
                        var told = await _histories.ReadAsync(_job, summary.SubmittedAt, _stopping.Token).ConfigureAwait(false);
                        Change(picture => picture.Take(told.History, told.Texts));
                        if (told.History.End is not null) return; // nothing more will come
                    }
                    if (summary is { EndedAt: not null, StartedAt: null }) return;
                }
                await _hint.WaitAsync(PollInterval, _stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (Exception e)
            {
                // The store or the job's coordinator is away, and streams wait with it; that is logged where it happens, not once more a stream.
                _logger.LogDebug("the picture of {Job} cannot be renewed for now: {Reason}", _job, e.Message);
                await Task.Delay(PollInterval, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Subscribes to the coordinator of a running job; a subscription must not wake one for a queued job.</summary>
    private void Listen(JobSummary summary)
    {
        var isHeard = summary.State == JobPhase.Running || (summary.State == JobPhase.Paused && summary.StartedAt is not null);
        if (isHeard) _tap ??= _cluster.Watch(_job, OnEvent);
        if (isHeard || _tap is null) return;
        _tap.Dispose();
        _tap = null;
    }

    private void OnEvent(JobEvent jobEvent)
    {
        var complete = true;
        Change(picture => complete = picture.Take(jobEvent));
        if (complete && jobEvent is not (JobPaused or JobFinished)) return;
        _mustRead |= !complete;
        lock (_gate)
            if (_hint.CurrentCount == 0) _hint.Release();
    }

    private void Change(Action<JobView> change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            var before = _picture.Version;
            change(_picture);
            if (_picture.Version == before) return;
            (changed, _changed) = (_changed, New());
        }
        changed.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
