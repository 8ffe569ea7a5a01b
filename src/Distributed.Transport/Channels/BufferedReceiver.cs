namespace Distributed.Transport.Channels;

/// <summary>
/// Receives small pieces through a staging buffer, so that a small frame is one system call, and large ones straight into the caller's memory.
/// </summary>
internal sealed class BufferedReceiver(ByteChannel channel)
{
    private const int StagingBytes = 16 << 10;
    private readonly byte[] _staging = GC.AllocateUninitializedArray<byte>(StagingBytes, pinned: true);
    private int _start, _end;

    /// <summary>Bytes received but not yet taken.</summary>
    public int Buffered => _end - _start;

    /// <summary>Receives at least one byte; 0 at the channel's end.</summary>
    public int Receive(Span<byte> into)
    {
        if (_start == _end)
        {
            // Nothing is read ahead from shared memory: other threads look at what waits there.
            if (into.Length >= StagingBytes || channel.Shared is not null) return channel.Receive(into);
            _start = 0;
            _end = channel.Receive(_staging);
        }
        var count = Math.Min(into.Length, _end - _start);
        _staging.AsSpan(_start, count).CopyTo(into);
        _start += count;
        return count;
    }

    /// <summary>Receives until full. Returns the bytes received: fewer only at the channel's end.</summary>
    public int ReceiveAll(Span<byte> into)
    {
        var total = 0;
        while (total < into.Length)
        {
            var count = Receive(into[total..]);
            if (count == 0) break;
            total += count;
        }
        return total;
    }
}
