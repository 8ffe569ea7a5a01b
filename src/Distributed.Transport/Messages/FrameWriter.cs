using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Tensors.Elements;
using Distributed.Transport.Channels;
using Distributed.Transport.Frames;

namespace Distributed.Transport.Messages;

/// <summary>
/// Encodes messages as frames, one thread at a time. Between processes that share memory the tensor goes into a slot and the frame names it.
/// Otherwise values go to the kernel straight from the tensor's memory, in several frames above the frame limit. Only the first and last few KiB
/// of a frame share a staging buffer with header and checksum, so that a small frame is one system call and a large one has no tiny packets.
/// </summary>
internal sealed class FrameWriter(ByteChannel channel, int maximumPayloadBytes)
{
    // Hashed and sent while in the core's cache; the receiver hashes it while the next one travels.
    private const int ChunkBytes = 64 << 10;
    private const int StagingBytes = 16 << 10;

    private readonly byte[] _staging = GC.AllocateUninitializedArray<byte>(StagingBytes, pinned: true);
    private byte[]? _encoded; // a chunk that is sent in another format than it is stored in
    private readonly SentNames _names = new();
    private readonly XxHash3 _hash = new();

    /// <summary>Bytes written so far, headers included.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Sends a gradient through shared memory without waiting; false when that is not possible, and then nothing was sent.</summary>
    public bool TryPost(PushGradient gradient) =>
        _names.Find(gradient.Job.Value) is { } job && TryPost(HeaderOf(gradient, job), gradient.Values.Span);

    /// <summary>Sends weights through shared memory, as <see cref="TryPost(PushGradient)"/> does.</summary>
    public bool TryPost(WorkerId to, WeightsUpdated weights) =>
        _names.Find(weights.Job.Value) is { } job && _names.Find(to.Value) is { } worker
        && TryPost(HeaderOf(weights, job, worker), weights.Values.Span);

    /// <summary>Sends a chunk through shared memory, as <see cref="TryPost(PushGradient)"/> does.</summary>
    public bool TryPost(DataChunk chunk) => _names.Find(chunk.DataSet) is { } dataSet && TryPost(HeaderOf(chunk, dataSet), chunk.Values.Span);

    /// <summary>Sends a gradient; false when the channel has ended.</summary>
    public bool Write(PushGradient gradient)
    {
        _names.MakeRoom(1);
        return TryName(gradient.Job.Value, out var job) && Write(HeaderOf(gradient, job), gradient.Values.Span);
    }

    /// <summary>Sends weights to a worker; false when the channel has ended.</summary>
    public bool Write(WorkerId to, WeightsUpdated weights)
    {
        _names.MakeRoom(2);
        return TryName(weights.Job.Value, out var job) && TryName(to.Value, out var worker) && Write(HeaderOf(weights, job, worker), weights.Values.Span);
    }

    /// <summary>Sends a piece of a data set; false when the channel has ended.</summary>
    public bool Write(DataChunk chunk)
    {
        _names.MakeRoom(1);
        return TryName(chunk.DataSet, out var dataSet) && Write(HeaderOf(chunk, dataSet), chunk.Values.Span);
    }

    private static FrameHeader HeaderOf(PushGradient gradient, byte job) =>
        new(FrameKind.PushGradient, job, 0, gradient.Block, gradient.Lineage, gradient.Step, gradient.Node, gradient.Values.Length, gradient.Metrics)
        {
            Format = OutgoingRules.FormatOf(gradient),
        };

    private static FrameHeader HeaderOf(WeightsUpdated weights, byte job, byte worker) =>
        new(FrameKind.WeightsUpdated, job, worker, weights.Block, weights.Lineage, weights.Step, default, weights.Values.Length, default);

    private static FrameHeader HeaderOf(DataChunk chunk, byte dataSet) =>
        new(FrameKind.DataChunk, 0, dataSet, 0, 0, chunk.Index + 1L, default, chunk.Values.Length, default);

    private bool TryName(string name, out byte slot)
    {
        if (_names.TryGet(name, out slot)) return true;
        new NameFrame(slot, name).Write(_staging);
        return Send(_staging.AsSpan(0, FrameHeader.Size)) && CallReader();
    }

    /// <summary>Copies the values into a shared slot and posts its place.</summary>
    private bool TryPost(FrameHeader header, ReadOnlySpan<float> values)
    {
        if (channel.Shared is not { } shared || header.Format != ElementFormat.Float32 || values.IsEmpty || header.PayloadBytes > maximumPayloadBytes)
            return false;
        if (!shared.TryPut(values, out var place)) return false;
        header = header with { IsInSharedMemory = true };
        var post = _staging.AsSpan(0, SlotFrame.PostSize);
        header.Write(post);
        place.Write(post[FrameHeader.Size..]);
        BinaryPrimitives.WriteUInt64LittleEndian(post[^FrameHeader.TrailerSize..], XxHash3.HashToUInt64(post[..^FrameHeader.TrailerSize]));
        if (!shared.TryPost(post))
        {
            shared.TakeBack(place);
            return false;
        }
        BytesWritten += post.Length + header.PayloadBytes;
        return true;
    }

    private bool Write(in FrameHeader header, ReadOnlySpan<float> values)
    {
        if (TryPost(header, values)) return true;
        var piece = header.From(0, maximumPayloadBytes);
        while (WritePiece(piece, values.Slice(piece.Offset, piece.Count)))
        {
            if (piece.Offset + piece.Count == values.Length) return true;
            piece = header.From(piece.Offset + piece.Count, maximumPayloadBytes);
        }
        return false;
    }

    private bool WritePiece(in FrameHeader header, ReadOnlySpan<float> values)
    {
        header.Write(_staging);
        var perHead = (StagingBytes - FrameHeader.Size - FrameHeader.TrailerSize) / header.ElementBytes;
        var used = FrameHeader.Size + Encode(header.Format, values[..Math.Min(values.Length, perHead)], _staging.AsSpan(FrameHeader.Size));
        _hash.Reset();
        _hash.Append(_staging.AsSpan(0, used));
        values = values[Math.Min(values.Length, perHead)..];
        if (values.Length > 0)
        {
            if (!Send(_staging.AsSpan(0, used)) || !CallReader()) return false;
            used = 0;
        }
        while (values.Length > 0)
        {
            var count = Math.Min(values.Length, ChunkBytes / header.ElementBytes);
            var bytes = BytesOf(header.Format, values[..count]);
            values = values[count..];
            _hash.Append(bytes);
            if (values.Length > 0 || bytes.Length > StagingBytes - FrameHeader.TrailerSize)
            {
                if (!Send(bytes)) return false;
            }
            else
            {
                bytes.CopyTo(_staging);
                used = bytes.Length;
            }
        }
        BinaryPrimitives.WriteUInt64LittleEndian(_staging.AsSpan(used), _hash.GetCurrentHashAsUInt64());
        return Send(_staging.AsSpan(0, used + FrameHeader.TrailerSize)) && CallReader();
    }

    /// <summary>Wakes the peer's reading thread: the bytes sent are a stream, not a post.</summary>
    private bool CallReader()
    {
        channel.Shared?.CallReader();
        return true;
    }

    /// <summary>A chunk's bytes: float32 in place, other formats in a buffer that the next call reuses.</summary>
    private ReadOnlySpan<byte> BytesOf(ElementFormat format, ReadOnlySpan<float> values)
    {
        if (format == ElementFormat.Float32) return MemoryMarshal.AsBytes(values);
        _encoded ??= GC.AllocateUninitializedArray<byte>(ChunkBytes, pinned: true);
        return _encoded.AsSpan(0, Encode(format, values, _encoded));
    }

    private static int Encode(ElementFormat format, ReadOnlySpan<float> values, Span<byte> into)
    {
        if (format == ElementFormat.BFloat16)
        {
            GradientSum.PackBFloat16(values, MemoryMarshal.Cast<byte, ushort>(into[..(values.Length * sizeof(ushort))]));
            return values.Length * sizeof(ushort);
        }
        MemoryMarshal.AsBytes(values).CopyTo(into);
        return values.Length * sizeof(float);
    }

    private bool Send(ReadOnlySpan<byte> bytes)
    {
        BytesWritten += bytes.Length;
        return channel.Send(bytes);
    }
}
