using System.Collections.Concurrent;

namespace Distributed.Cluster.Measures;

/// <summary>Whether the process can still do its part; when it cannot, its liveness turns red, and a restart policy starts it again.</summary>
public sealed class NodeFitness
{
    private readonly ConcurrentDictionary<string, string> _failures = new(StringComparer.Ordinal);

    /// <summary>Why the process is of no use any more; null while it is.</summary>
    public string? Failure => _failures.Values.FirstOrDefault();

    internal void Fail(string part, string reason) => _failures[part] = reason;

    internal void Restore(string part) => _failures.TryRemove(part, out _);
}
