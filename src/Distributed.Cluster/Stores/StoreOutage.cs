using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.Stores;

/// <summary>
/// A store's outage as people hear of it: once when the first of its writers on this node fails, once when the last of them has got through,
/// however often they try meanwhile.
/// </summary>
internal sealed class StoreOutage(ILogger log, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _failing = new(StringComparer.Ordinal); // one entry for each actor that writes: bounded by those
    private long _since;

    /// <summary>A writer was refused and will try again.</summary>
    /// <param name="writer">Which one.</param>
    /// <param name="cause">Why.</param>
    public void Failed(string writer, Exception cause) => Failed(writer, cause.GetBaseException().Message);

    /// <summary>A writer was refused and will try again.</summary>
    public void Failed(string writer, string reason)
    {
        lock (_gate)
        {
            if (!_failing.Add(writer) || _failing.Count > 1) return;
            _since = clock.GetTimestamp();
            log.LogWarning("the store takes no writes ({Reason}): it is asked again until it does, and jobs wait for it", reason.ReplaceLineEndings(" ").TrimEnd('.'));
        }
    }

    /// <summary>A writer has got through.</summary>
    public void Worked(string writer)
    {
        lock (_gate)
        {
            if (_failing.Remove(writer) && _failing.Count == 0)
                log.LogWarning("the store takes writes again, after {Seconds:0} s", clock.GetElapsedTime(_since).TotalSeconds);
        }
    }

    /// <summary>A writer is gone for good; what it could not write is not waited for.</summary>
    public void Forget(string writer)
    {
        lock (_gate) _failing.Remove(writer);
    }
}
