using Distributed.Dashboard.Gateway;
using Microsoft.Extensions.Logging;

namespace Distributed.Dashboard.Live;

/// <summary>Jobs that pages follow: each is followed once, for all of its pages together. Thread-safe.</summary>
internal sealed class LiveJobs(IClusterSource source, TimeProvider clock, ILogger<LiveJobs> logger)
{
    /// <summary>Jobs that are followed at once; pages of others show what is stored.</summary>
    public const int Most = 200;

    private readonly Dictionary<string, LiveJob> _jobs = [];

    /// <summary>Follows a job until disposed; null when too many are followed.</summary>
    /// <param name="job">The job.</param>
    /// <param name="changed">Called after each change, from any thread.</param>
    public LiveReading? Open(string job, Action changed)
    {
        lock (_jobs)
        {
            if (!_jobs.TryGetValue(job, out var live))
            {
                if (_jobs.Count >= Most) return null;
                _jobs[job] = live = new LiveJob(job, source, clock, logger);
            }
            live.Add(changed);
            return new LiveReading(live, () => Close(job, live, changed));
        }
    }

    private void Close(string job, LiveJob live, Action changed)
    {
        lock (_jobs)
        {
            if (live.Remove(changed)) return;
            _jobs.Remove(job);
        }
        live.Dispose();
    }
}

/// <summary>One page's view of a job.</summary>
internal sealed class LiveReading(LiveJob live, Action close) : IDisposable
{
    private readonly Subscription _end = new(close);

    /// <summary>The job as it is now.</summary>
    public JobLive Current => live.Current;

    public void Dispose() => _end.Dispose();
}

/// <summary>One followed job.</summary>
internal sealed class LiveJob : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly List<Action> _readers = [];
    private readonly CancellationTokenSource _ending = new();
    private JobLive _current = new();

    public LiveJob(string job, IClusterSource source, TimeProvider clock, ILogger logger) => _ = Task.Run(() => RunAsync(job, source, clock, logger, _ending.Token));

    /// <summary>The job as it is now.</summary>
    public JobLive Current => Volatile.Read(ref _current);

    public void Add(Action changed)
    {
        lock (_readers) _readers.Add(changed);
    }

    /// <summary>Whether there are readers left.</summary>
    public bool Remove(Action changed)
    {
        lock (_readers)
        {
            _readers.Remove(changed);
            return _readers.Count > 0;
        }
    }

    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
    }

    private async Task RunAsync(string job, IClusterSource source, TimeProvider clock, ILogger logger, CancellationToken ending)
    {
        while (!ending.IsCancellationRequested && Current.End is null)
        {
            try
            {
                await foreach (var told in source.FollowAsync(job, ending).ConfigureAwait(false))
                {
                    Volatile.Write(ref _current, Current.With(told, clock.GetUtcNow()));
                    Action[] readers;
                    lock (_readers) readers = [.. _readers];
                    foreach (var changed in readers) changed();
                }
                return;
            }
            catch (Exception e) when (!ending.IsCancellationRequested)
            {
                logger.LogDebug("the events of {Job} do not come for now: {Reason}", job, e.Message);
                await Task.Delay(Pause, clock, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
