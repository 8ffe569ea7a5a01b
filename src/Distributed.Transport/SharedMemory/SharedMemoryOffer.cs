using System.Buffers.Binary;
using Distributed.Transport.Channels;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport.SharedMemory;

/// <summary>
/// Agrees on shared memory after the hand-shake, between two processes of one machine whose hellos both offer it:
/// <code>
///   dialler → listener   process id, handle of the segment's file (both 0: it could not be created)
///   listener → dialler   process id: opened, 0: not
/// </code>
/// Without an agreement the socket carries the frames.
/// </summary>
internal static class SharedMemoryOffer
{
    private const int SegmentBytes = 2 * ByteRing.SegmentBytes;

    /// <summary>The dialler's side. Returns the channel for frames: a ring, or the socket itself.</summary>
    public static ByteChannel Make(ByteChannel socket, SharedMemoryParts parts)
    {
        var segment = SharedSegment.TryCreate(SegmentBytes, out var failure);
        Span<byte> words = stackalloc byte[2 * sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(words, segment is null ? 0 : Environment.ProcessId);
        BinaryPrimitives.WriteInt32LittleEndian(words[sizeof(int)..], segment?.Handle ?? 0);
        var answered = socket.Send(words) && socket.ReceiveAll(words[..sizeof(int)]);
        var peer = BinaryPrimitives.ReadInt32LittleEndian(words);
        if (segment is not null && answered && peer > 0) return new RingChannel(socket, segment, isMaker: true, peer, parts);
        if (answered) parts.Logger.LogInformation("No memory is shared, a socket does: {Reason}", failure ?? "the peer cannot open it");
        return socket;
    }

    /// <summary>The listener's side.</summary>
    public static ByteChannel Take(ByteChannel socket, SharedMemoryParts parts)
    {
        Span<byte> words = stackalloc byte[2 * sizeof(int)];
        if (!socket.ReceiveAll(words)) return socket; // the next read finds the end
        var (process, handle) = (BinaryPrimitives.ReadInt32LittleEndian(words), BinaryPrimitives.ReadInt32LittleEndian(words[sizeof(int)..]));
        string? failure = "the peer has none";
        var segment = process > 0 && handle >= 0 ? SharedSegment.TryOpen(process, handle, SegmentBytes, out failure) : null;
        BinaryPrimitives.WriteInt32LittleEndian(words, segment is null ? 0 : Environment.ProcessId);
        var sent = socket.Send(words[..sizeof(int)]);
        if (segment is not null && sent) return new RingChannel(socket, segment, isMaker: false, process, parts);
        if (sent) parts.Logger.LogInformation("No memory is shared, a socket does: {Reason}", failure);
        return socket;
    }
}
