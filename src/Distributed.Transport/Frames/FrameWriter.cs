using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Distributed.Protocol;

namespace Distributed.Transport;

/// <summary>
/// Writes frames: one thread's. Values go to the kernel from the tensor's memory; only the first and the last few KiB of a frame ride with
/// header and checksum in a staging buffer, so that a small frame is one call to the kernel and a large one has no tiny packets.
/// </summary>
internal sealed class FrameWriter(ByteChannel channel)
{
    // Hashed, then sent while it is still in the core's cache; the receiver hashes it while the next one is on its way.
    private const int ChunkBytes = 64 << 10;
    private const int StagingBytes = 16 << 10;

    private readonly byte[] _staging = GC.AllocateUninitializedArray<byte>(StagingBytes, pinned: true);
    private readonly SentNames _names = new();
    private readonly XxHash3 _hash = new();

    /// <summary>Bytes written so far, headers included.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Sends a gradient; false when the channel has ended.</summary>
    public bool Write(PushGradient gradient)
    {
        _names.MakeRoom(1);
        return TryName(gradient.Job.Value, out var job) && Write(
            new FrameHeader(FrameKind.PushGradient, job, 0, gradient.Block, gradient.Lineage, gradient.Step, gradient.Node,
                gradient.Values.Length, gradient.Metrics),
            gradient.Values.Span);
    }

    /// <summary>Sends weights to a worker; false when the channel has ended.</summary>
    public bool Write(WorkerId to, WeightsUpdated weights)
    {
        _names.MakeRoom(2);
        return TryName(weights.Job.Value, out var job) && TryName(to.Value, out var worker) && Write(
            new FrameHeader(FrameKind.WeightsUpdated, job, worker, weights.Block, weights.Lineage, weights.Step, default,
                weights.Values.Length, default),
            weights.Values.Span);
    }

    private bool TryName(string name, out byte slot)
    {
        if (_names.TryGet(name, out slot)) return true;
        new NameFrame(slot, name).Write(_staging);
        return Send(_staging.AsSpan(0, FrameHeader.Size));
    }

    private bool Write(in FrameHeader header, ReadOnlySpan<float> values)
    {
        var payload = MemoryMarshal.AsBytes(values);
        header.Write(_staging);
        var head = payload[..Math.Min(payload.Length, StagingBytes - FrameHeader.Size - FrameHeader.TrailerSize)];
        head.CopyTo(_staging.AsSpan(FrameHeader.Size));
        var used = FrameHeader.Size + head.Length;
        _hash.Reset();
        _hash.Append(_staging.AsSpan(0, used));
        payload = payload[head.Length..];
        if (payload.Length > 0)
        {
            if (!Send(_staging.AsSpan(0, used))) return false;
            used = 0;
        }
        while (payload.Length > 0)
        {
            var chunk = payload[..Math.Min(payload.Length, ChunkBytes)];
            payload = payload[chunk.Length..];
            _hash.Append(chunk);
            if (payload.Length > 0 || chunk.Length > StagingBytes - FrameHeader.TrailerSize)
            {
                if (!Send(chunk)) return false;
            }
            else
            {
                chunk.CopyTo(_staging);
                used = chunk.Length;
            }
        }
        BinaryPrimitives.WriteUInt64LittleEndian(_staging.AsSpan(used), _hash.GetCurrentHashAsUInt64());
        return Send(_staging.AsSpan(0, used + FrameHeader.TrailerSize));
    }

    private bool Send(ReadOnlySpan<byte> bytes)
    {
        BytesWritten += bytes.Length;
        return channel.Send(bytes);
    }
}
