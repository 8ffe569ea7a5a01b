using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Elements;
using Distributed.Transport.Buffers;
using Distributed.Transport.Channels;
using Distributed.Transport.Frames;

namespace Distributed.Transport.Messages;

/// <summary>
/// Decodes frames into messages, one thread at a time. Values go from the kernel straight into leased memory, or stay in memory that the peer
/// shares. Any input yields either a message bit-equal to the one sent, or a reason to close the connection.
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

    /// <summary>Whether the last reason was the end of the channel between two frames, not a fault in the data.</summary>
    public bool EndedBetweenFrames { get; private set; }

    /// <summary>
    /// Waits for the next message and passes it to <paramref name="incoming"/>. Null when it was taken, otherwise the reason to close the
    /// connection; a refused message's lease is disposed.
    /// </summary>
    public string? Next(IIncoming incoming)
    {
        while (true)
        {
            var count = _receiver.ReceiveAll(_header);
            EndedBetweenFrames = count == 0;
            if (count < FrameHeader.Size) return count == 0 ? channel.EndReason : $"{channel.EndReason}, in the middle of a header";
            BytesRead += FrameHeader.Size;
            if (!NameFrame.IsOne(_header)) return ReadMessage(incoming);
            if (!NameFrame.TryRead(_header, out var name, out var reason)) return reason;
            _names.Set(name);
        }
    }

    private string? ReadMessage(IIncoming incoming)
    {
        if (!FrameHeader.TryRead(_header, limits, out var header, out var reason)) return reason;
        JobId job = default;
        if (header.Kind != FrameKind.DataChunk && !_names.TryGetJob(header.JobSlot, out job)) return $"no job has the number {header.JobSlot}";
        WorkerId to = default;
        if (header.Kind != FrameKind.PushGradient && !_names.TryGetWorker(header.WorkerSlot, out to))
            return $"no {(header.Kind == FrameKind.DataChunk ? "data set" : "worker")} has the number {header.WorkerSlot}";

        if (header.Offset != 0) return $"a tensor that begins with its element {header.Offset}";
        reason = header.IsInSharedMemory ? FindTensor(header, out var values, out var lease) : ReadTensor(header, out values, out lease);
        if (reason is not null || lease is null) return reason;
        var refusal = header.Kind switch
        {
            FrameKind.DataChunk => incoming.OnChunk(new DataChunk(to.Value, (int)header.Step - 1, values, lease)),
            FrameKind.PushGradient => incoming.OnGradient(
                new PushGradient(job, header.Block, header.Lineage, header.Step, header.Node, values, header.Metrics, lease)
                {
                    Format = header.Format == ElementFormat.BFloat16 ? GradientFormat.BFloat16 : GradientFormat.Float32,
                }),
            _ => incoming.OnWeights(to, new WeightsUpdated(job, header.Block, header.Lineage, header.Step, values, lease)),
        };
        if (refusal is not null) lease.Dispose();
        return refusal;
    }

    /// <summary>Finds values in shared memory. They have no checksum: like any other memory, they never travelled.</summary>
    private string? FindTensor(in FrameHeader header, out Memory<float> values, out IDisposable? lease)
    {
        (values, lease) = (default, null);
        Span<byte> place = stackalloc byte[SlotFrame.Size];
        if (_receiver.ReceiveAll(place) < place.Length) return $"{channel.EndReason}, in the middle of a frame";
        _hash.Reset();
        _hash.Append(_header);
        _hash.Append(place);
        BytesRead += place.Length + FrameHeader.TrailerSize;
        if (ReadChecksum() is { } damage) return damage;
        if (channel.Shared is not { } shared) return "values in shared memory, of which there is none";
        if (SlotFrame.TryRead(place, out var slot) is { } reason) return reason;
        BytesRead += header.PayloadBytes;
        return shared.TryTake(slot, header.Elements, out values, out lease);
    }

    private string? ReadTensor(in FrameHeader header, out Memory<float> values, out IDisposable? lease)
    {
        (values, lease) = (default, null);
        var rented = pool.Rent(header.Elements, stallLimit, closed);
        if (rented is null) return closed.IsCancellationRequested ? channel.EndReason : "no receive memory came back in time";
        if (ReadTensor(header, rented.Values.Span) is { } reason)
        {
            rented.Dispose();
            return reason;
        }
        (values, lease) = (rented.Values, rented);
        return null;
    }

    /// <summary>Reads the values of a frame and of the frames that continue its tensor.</summary>
    private string? ReadTensor(FrameHeader header, Span<float> values)
    {
        while (true)
        {
            if (ReadValues(header.Format, values.Slice(header.Offset, header.Count)) is { } damage) return damage;
            if (header.Offset + header.Count == values.Length) return null;
            if (_receiver.ReceiveAll(_header) < FrameHeader.Size) return $"{channel.EndReason}, in the middle of a tensor";
            BytesRead += FrameHeader.Size;
            if (!FrameHeader.TryRead(_header, limits, out var next, out var reason)) return reason;
            if (!header.IsFollowedBy(next)) return "a frame of something else in the middle of a tensor";
            header = next;
        }
    }

    private string? ReadValues(ElementFormat format, Span<float> values)
    {
        if (format == ElementFormat.Float32) return ReadPayload(MemoryMarshal.AsBytes(values));
        // Into the upper half of the memory that they are unpacked into.
        var halves = MemoryMarshal.Cast<float, ushort>(values)[values.Length..];
        if (ReadPayload(MemoryMarshal.AsBytes(halves)) is { } damage) return damage;
        GradientSum.UnpackBFloat16(halves, values);
        return null;
    }

    private string? ReadPayload(Span<byte> payload)
    {
        _hash.Reset();
        _hash.Append(_header);
        BytesRead += payload.Length + FrameHeader.TrailerSize;
        while (payload.Length > 0)
        {
            var count = _receiver.Receive(payload[..Math.Min(payload.Length, ChunkBytes)]);
            if (count == 0) return $"{channel.EndReason}, in the middle of a frame";
            _hash.Append(payload[..count]);
            payload = payload[count..];
        }
        return ReadChecksum();
    }

    private string? ReadChecksum()
    {
        Span<byte> trailer = stackalloc byte[FrameHeader.TrailerSize];
        if (_receiver.ReceiveAll(trailer) < trailer.Length) return $"{channel.EndReason}, in the middle of a frame";
        return BinaryPrimitives.ReadUInt64LittleEndian(trailer) == _hash.GetCurrentHashAsUInt64() ? null : "a frame's checksum is wrong";
    }
}
