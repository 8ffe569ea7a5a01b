using Distributed.Transport.Frames;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Traffic;

/// <summary>Counts what one connection carries, for its owner and for the node's instruments.</summary>
/// <remarks>One sender and one receiver at a time; anyone may read <see cref="Current"/>.</remarks>
internal sealed class ConnectionTraffic(PeerId peer, TransportMeter meter)
{
    private long _bytesSent, _framesSent, _bytesReceived, _framesReceived, _superseded;

    /// <summary>The counts so far.</summary>
    public PeerTraffic Current => new(
        Volatile.Read(ref _bytesSent), Volatile.Read(ref _framesSent), Volatile.Read(ref _bytesReceived), Volatile.Read(ref _framesReceived));

    /// <summary>A message has left.</summary>
    public void Sent(FrameKind kind, long bytes, TimeSpan took)
    {
        Volatile.Write(ref _bytesSent, _bytesSent + bytes);
        Volatile.Write(ref _framesSent, _framesSent + 1);
        meter.Sent(peer.Value, FrameKindTag.Of(kind), bytes, took);
    }

    /// <summary>A message has arrived.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="totalBytes">Bytes received since the beginning.</param>
    public void Received(FrameKind kind, long totalBytes)
    {
        var bytes = totalBytes - _bytesReceived;
        Volatile.Write(ref _bytesReceived, totalBytes);
        Volatile.Write(ref _framesReceived, _framesReceived + 1);
        meter.Received(peer.Value, FrameKindTag.Of(kind), bytes);
    }

    /// <summary>Reports weights that were discarded for newer ones, <paramref name="total"/> since the beginning.</summary>
    public void Superseded(long total)
    {
        meter.Superseded(peer.Value, total - _superseded);
        _superseded = total;
    }
}
