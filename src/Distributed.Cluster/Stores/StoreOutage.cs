using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.Stores;

/// <summary>
/// Reports a store's outage once when the first of its writers on this node fails and once when the last has recovered, however often they retry in
/// between.
/// </summary>
internal sealed class StoreOutage(ILogger log, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _failing = new(StringComparer.Ordinal); // one entry per writing actor, which bounds it
    private long _since;
    private string _reason = "";

    /// <summary>Why the store takes no writes now; null when it does.</summary>
    public string? Reason
    {
        get
        {
            lock (_gate) return _failing.Count > 0 ? _reason : null;
        }
    }

    /// <summary>A write was rejected and will be retried.</summary>
    /// <param name="writer">The writer's name.</param>
    /// <param name="cause">The cause.</param>
    public void Failed(string writer, Exception cause) => Failed(writer, cause.GetBaseException().Message);

    /// <summary>A write was rejected and will be retried.</summary>
    public void Failed(string writer, string reason)
    {
        lock (_gate)
        {
            if (!_failing.Add(writer) || _failing.Count > 1) return;
            _since = clock.GetTimestamp();
            _reason = reason.ReplaceLineEndings(" ").TrimEnd('.');
            log.LogWarning("the store takes no writes ({Reason}): it is asked again until it does, and jobs wait for it", _reason);
        }
    }

    /// <summary>A writer has succeeded.</summary>
    public void Worked(string writer)
    {
        lock (_gate)
        {
            if (_failing.Remove(writer) && _failing.Count == 0)
                log.LogWarning("the store takes writes again, after {Seconds:0} s", clock.GetElapsedTime(_since).TotalSeconds);
        }
    }

    /// <summary>A writer is gone for good; its pending writes no longer count.</summary>
    public void Forget(string writer)
    {
        lock (_gate) _failing.Remove(writer);
    }
}
