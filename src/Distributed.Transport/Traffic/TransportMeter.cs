using System.Diagnostics.Metrics;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Traffic;

/// <summary>
/// The data plane's instruments (System.Diagnostics.Metrics), meter <see cref="Name"/>; tags: node, peer, kind. Bytes count headers, values
/// and checksums.
/// </summary>
public sealed class TransportMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Distributed.Transport";

    private readonly Meter _meter;
    private readonly Counter<long> _sentBytes, _sentFrames, _receivedBytes, _receivedFrames, _supersededFrames, _faults;
    private readonly UpDownCounter<long> _connections;
    private readonly Histogram<double> _sendTimes;

    internal TransportMeter(PeerId self)
    {
        _meter = new Meter(Name, version: null, tags: [new("node", self.Value)]);
        _sentBytes = _meter.CreateCounter<long>("distributed.transport.sent.bytes", "By", "Bytes sent to a peer.");
        _sentFrames = _meter.CreateCounter<long>("distributed.transport.sent.frames", "{frame}", "Gradients and weights sent to a peer.");
        _receivedBytes = _meter.CreateCounter<long>("distributed.transport.received.bytes", "By", "Bytes received from a peer.");
        _receivedFrames = _meter.CreateCounter<long>("distributed.transport.received.frames", "{frame}", "Gradients and weights received from a peer.");
        _supersededFrames = _meter.CreateCounter<long>(
            "distributed.transport.superseded.frames", "{frame}", "Weights for a slow peer that were discarded for newer ones.");
        _faults = _meter.CreateCounter<long>(
            "distributed.transport.faults", "{connection}", "Connections closed for what they brought: a damaged frame, a limit passed, a wrong secret.");
        _sendTimes = _meter.CreateHistogram<double>(
            "distributed.transport.send", "s", "From taking a gradient or weights from the queue until the kernel has all of its bytes.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.5, 1, 10] });
        _connections = _meter.CreateUpDownCounter<long>("distributed.transport.connections", "{connection}", "Connections that are open.");
    }

    internal void Sent(object peer, object kind, long bytes, TimeSpan took)
    {
        if (_sendTimes.Enabled) _sendTimes.Record(took.TotalSeconds, new("peer", peer), new("kind", kind));
        _sentBytes.Add(bytes, new("peer", peer), new("kind", kind));
        _sentFrames.Add(1, new("peer", peer), new("kind", kind));
    }

    internal void Received(object peer, object kind, long bytes)
    {
        _receivedBytes.Add(bytes, new("peer", peer), new("kind", kind));
        _receivedFrames.Add(1, new("peer", peer), new("kind", kind));
    }

    internal void Superseded(object peer, long frames)
    {
        if (frames > 0) _supersededFrames.Add(frames, new KeyValuePair<string, object?>("peer", peer));
    }

    internal void Fault() => _faults.Add(1);

    internal void Connected(int change) => _connections.Add(change);

    /// <summary>Withdraws the instruments.</summary>
    public void Dispose() => _meter.Dispose();
}
