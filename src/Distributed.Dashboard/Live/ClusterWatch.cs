using Distributed.Dashboard.Gateway;
using Microsoft.Extensions.Logging;

namespace Distributed.Dashboard.Live;

/// <summary>
/// The cluster's picture, read once a second for all pages together while there are any, and pushed to them. Thread-safe.
/// </summary>
internal sealed class ClusterWatch(IClusterSource source, TimeProvider clock, ILogger<ClusterWatch> logger) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestRead = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly List<Action> _subscribers = [];
    private readonly CancellationTokenSource _ending = new();
    private Task<ClusterPicture>? _reading;
    private bool _isRunning;

    /// <summary>Ends with the last reading round; for tests.</summary>
    internal Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>The newest picture; null before the first.</summary>
    public ClusterPicture? Current { get; private set; }

    /// <summary>A picture that is no older than two seconds.</summary>
    public Task<ClusterPicture> GetAsync()
    {
        lock (_lock)
        {
            if (Current is { } known && clock.GetUtcNow() - known.At < Fresh) return Task.FromResult(known);
            return _reading is { IsCompleted: false } ? _reading : _reading = ReadAsync();
        }
    }

    /// <summary>Calls back after each new picture, until disposed.</summary>
    public IDisposable Subscribe(Action changed)
    {
        lock (_lock)
        {
            _subscribers.Add(changed);
            if (!_isRunning)
            {
                _isRunning = true;
                Ended = Task.Run(RunAsync);
            }
        }
        return new Subscription(() =>
        {
            lock (_lock) _subscribers.Remove(changed);
        });
    }

    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
    }

    private async Task RunAsync()
    {
        var ending = _ending.Token;
        while (!ending.IsCancellationRequested)
        {
            try
            {
                await GetAsync().ConfigureAwait(false);
                Action[] told;
                lock (_lock) told = [.. _subscribers];
                foreach (var changed in told) changed();
                await Task.Delay(Interval, clock, ending).ConfigureAwait(false);
                await ReadOnceAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                logger.LogDebug("the cluster's picture cannot be read for now: {Reason}", e.Message);
                await Task.Delay(Interval, clock, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            lock (_lock)
            {
                if (_subscribers.Count > 0) continue;
                _isRunning = false;
                return;
            }
        }
    }

    private Task<ClusterPicture> ReadOnceAsync()
    {
        lock (_lock) return _reading is { IsCompleted: false } ? _reading : _reading = ReadAsync();
    }

    private async Task<ClusterPicture> ReadAsync()
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
        bound.CancelAfter(LongestRead);
        var picture = await source.ReadAsync(bound.Token).ConfigureAwait(false);
        lock (_lock) Current = picture;
        return picture;
    }
}
