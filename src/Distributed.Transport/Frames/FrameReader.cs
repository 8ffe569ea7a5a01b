using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Distributed.Protocol;

namespace Distributed.Transport;

/// <summary>A message as it came: one of the two.</summary>
internal readonly record struct IncomingFrame(PushGradient? Gradient, WeightsUpdated? Weights, WorkerId To, TensorLease Lease);

/// <summary>
/// Reads frames: one thread's. Values come from the kernel directly into leased memory. Whatever the bytes are, the outcome is a message that
/// is bit-equal to the one sent, or a reason to close the connection.
/// </summary>
internal sealed class FrameReader(
    ByteChannel channel, TensorBufferPool pool, FrameLimits limits, TimeSpan stallLimit, CancellationToken closed)
{
    private const int ChunkBytes = 64 << 10; // hashed while the core's cache still holds it

    private readonly BufferedReceiver _receiver = new(channel);
    private readonly byte[] _header = new byte[FrameHeader.Size];
    private readonly ReceivedNames _names = new();
    private readonly XxHash3 _hash = new();

    /// <summary>Bytes of the frames read so far, headers included.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Whether the last reason was the channel's end between two frames, not a fault of what it brought.</summary>
    public bool EndedBetweenFrames { get; private set; }

    /// <summary>Waits for the next message. Null when there is one, otherwise why there will be none.</summary>
    public string? Next(out IncomingFrame frame)
    {
        frame = default;
        while (true)
        {
            var count = _receiver.ReceiveAll(_header);
            EndedBetweenFrames = count == 0;
            if (count < FrameHeader.Size) return count == 0 ? channel.EndReason : $"{channel.EndReason}, in the middle of a header";
            BytesRead += FrameHeader.Size;
            if (!NameFrame.IsOne(_header)) return ReadMessage(out frame);
            if (!NameFrame.TryRead(_header, out var name, out var reason)) return reason;
            _names.Set(name);
        }
    }

    private string? ReadMessage(out IncomingFrame frame)
    {
        frame = default;
        if (!FrameHeader.TryRead(_header, limits, out var header, out var reason)) return reason;
        if (!_names.TryGetJob(header.JobSlot, out var job)) return $"no job has the number {header.JobSlot}";
        WorkerId to = default;
        if (header.Kind == FrameKind.WeightsUpdated && !_names.TryGetWorker(header.WorkerSlot, out to))
            return $"no worker has the number {header.WorkerSlot}";

        var lease = pool.Rent(header.Elements, stallLimit, closed);
        if (lease is null) return closed.IsCancellationRequested ? channel.EndReason : "no receive memory came back in time";
        reason = ReadValues(lease.Values.Span);
        if (reason is not null)
        {
            lease.Dispose();
            return reason;
        }
        frame = header.Kind == FrameKind.PushGradient
            ? new IncomingFrame(
                new PushGradient(job, header.Block, header.Lineage, header.Step, header.Node, lease.Values, header.Metrics, lease), null, to, lease)
            : new IncomingFrame(
                null, new WeightsUpdated(job, header.Block, header.Lineage, header.Step, lease.Values, lease), to, lease);
        return null;
    }

    private string? ReadValues(Span<float> values)
    {
        _hash.Reset();
        _hash.Append(_header);
        var payload = MemoryMarshal.AsBytes(values);
        BytesRead += payload.Length + FrameHeader.TrailerSize;
        while (payload.Length > 0)
        {
            var count = _receiver.Receive(payload[..Math.Min(payload.Length, ChunkBytes)]);
            if (count == 0) return $"{channel.EndReason}, in the middle of a frame";
            _hash.Append(payload[..count]);
            payload = payload[count..];
        }
        Span<byte> trailer = stackalloc byte[FrameHeader.TrailerSize];
        if (_receiver.ReceiveAll(trailer) < trailer.Length) return $"{channel.EndReason}, in the middle of a frame";
        return BinaryPrimitives.ReadUInt64LittleEndian(trailer) == _hash.GetCurrentHashAsUInt64() ? null : "a frame's checksum is wrong";
    }
}
