using System.Diagnostics.Metrics;
using Akka.Event;

namespace Distributed.Cluster.Measures;

/// <summary>
/// Tensors that were dropped because of the node that sent them: counted, and logged when they begin and then at most once a minute, however many come.
/// </summary>
/// <param name="counter">Counts them.</param>
/// <param name="log">The log.</param>
/// <param name="description">What is dropped, and why.</param>
internal sealed class RefusedTensors(Counter<long> counter, ILoggingAdapter log, string description)
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private TimeSpan? _saidAt;
    private long _unsaid;

    /// <summary>One was dropped.</summary>
    public void Note(string node, TimeSpan now)
    {
        counter.Add(1);
        _unsaid++;
        if (now - _saidAt < Silence) return;
        log.Warning("{0}: {1} since the last such line, the newest from {2}", description, _unsaid, node);
        (_saidAt, _unsaid) = (now, 0);
    }
}
