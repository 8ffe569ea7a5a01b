using System.Buffers.Binary;
using Distributed.Transport.Channels;
using Distributed.Transport.Connections;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport.SharedMemory;

/// <summary>
/// Two processes of one machine, whose hellos both said that they can, agree on shared memory after the hand-shake:
/// <code>
///   dialler → listener   process id, number of the file's handle (both 0: none could be made)
///   listener → dialler   process id: opened, 0: not
/// </code>
/// When it comes to nothing, the socket carries the frames as it would have.
/// </summary>
internal static class SharedMemoryOffer
{
    private const int SegmentBytes = 2 * ByteRing.SegmentBytes;

    /// <summary>The dialler's side: the channel that frames go through from now on, the socket's own or one above it.</summary>
    public static ByteChannel Make(ByteChannel socket, TransportParts parts)
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
    public static ByteChannel Take(ByteChannel socket, TransportParts parts)
    {
        Span<byte> words = stackalloc byte[2 * sizeof(int)];
        if (!socket.ReceiveAll(words)) return socket; // whoever reads next finds the end
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
