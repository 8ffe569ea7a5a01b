namespace Distributed.Transport.SharedMemory;

/// <summary>
/// One direction of a connection in shared memory: a ring of bytes with one writing and one reading process. A side that finds it full or empty says
/// so in a flag before it waits, and the other side, having moved on, rings a bell if it sees the flag (<see cref="RingChannel"/>).
/// </summary>
/// <remarks>
/// <para>Layout, each in a separate cache line: bytes written in all 0, bytes read in all 64, reader waits 128, writer waits 192, bell for the
/// reader 256, bell for the writer 320; the bytes from <see cref="HeaderBytes"/> on.</para>
/// <para>Each side owns its position and publishes it; the other side's position is validated.</para>
/// </remarks>
internal sealed unsafe class ByteRing
{
    /// <summary>Maximum bytes in the ring. A power of two.</summary>
    public const int Capacity = 1 << 20;

    /// <summary>What one ring takes.</summary>
    public const int SegmentBytes = HeaderBytes + Capacity;

    private const int HeaderBytes = 4096; // the bytes begin on a page

    private readonly long* _written, _read;
    private readonly int* _readerWaits, _writerWaits, _readerBell, _writerBell;
    private readonly byte* _bytes;
    private long _position; // of the side that this object is used for
    private long _readBefore; // as the writer saw it last; it only grows

    /// <param name="start">The ring's memory: zeros, or what the other side has made of them since.</param>
    public ByteRing(byte* start)
    {
        _written = (long*)start;
        _read = (long*)(start + 64);
        _readerWaits = (int*)(start + 128);
        _writerWaits = (int*)(start + 192);
        _readerBell = (int*)(start + 256);
        _writerBell = (int*)(start + 320);
        _bytes = start + HeaderBytes;
    }

    /// <summary>Reader: takes the bytes that are there. 0 when there are none, -1 when the other side's position is impossible.</summary>
    public int Read(Span<byte> into)
    {
        var there = Volatile.Read(ref *_written) - _position;
        if (there is < 0 or > Capacity) return -1;
        var count = (int)Math.Min(there, into.Length);
        Copy(into[..count]);
        Volatile.Write(ref _position, _position + count);
        Volatile.Write(ref *_read, _position);
        return count;
    }

    private void Copy(Span<byte> into)
    {
        var at = (int)(_position & (Capacity - 1));
        var first = Math.Min(into.Length, Capacity - at);
        new ReadOnlySpan<byte>(_bytes + at, first).CopyTo(into);
        new ReadOnlySpan<byte>(_bytes, into.Length - first).CopyTo(into[first..]);
    }

    /// <summary>Reader and polling threads: whether the ring is empty.</summary>
    public bool IsEmpty => Volatile.Read(ref *_written) == Volatile.Read(ref _position);

    /// <summary>Reader: peeks at the next bytes; false when there are fewer.</summary>
    public bool TryPeek(Span<byte> into)
    {
        if (Volatile.Read(ref *_written) - _position < into.Length) return false;
        Copy(into);
        return true;
    }

    /// <summary>Reader: announces that it is about to wait. It must check once more before it does.</summary>
    public void AnnounceReader() => Interlocked.Exchange(ref *_readerWaits, 1);

    /// <summary>Reader: stops waiting, or polls.</summary>
    public void WithdrawReader() => Interlocked.Exchange(ref *_readerWaits, 0);

    /// <summary>Reader: clears the bell; bytes written before it rang are visible from now on.</summary>
    public void HearReaderBell() => Interlocked.Exchange(ref *_readerBell, 0);

    /// <summary>Reader: whether to wake a waiting writer: only when half of the ring is free, so that it does not wake for a few bytes.</summary>
    public bool IsWriterToWake()
    {
        Interlocked.MemoryBarrier(); // the position before the flag
        return Volatile.Read(ref *_writerWaits) != 0 && Volatile.Read(ref *_written) - _position <= Capacity / 2
            && Interlocked.Exchange(ref *_writerWaits, 0) != 0 && Interlocked.Exchange(ref *_writerBell, 1) == 0;
    }

    /// <summary>Writer: writes as much as fits. 0 when the ring is full, -1 when the other side's position is impossible.</summary>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        var read = Volatile.Read(ref *_read);
        if (read < _readBefore || read > _position) return -1;
        _readBefore = read;
        var count = (int)Math.Min(Capacity - (_position - read), bytes.Length);
        var at = (int)(_position & (Capacity - 1));
        var first = Math.Min(count, Capacity - at);
        bytes[..first].CopyTo(new Span<byte>(_bytes + at, first));
        bytes[first..count].CopyTo(new Span<byte>(_bytes, count - first));
        _position += count;
        Volatile.Write(ref *_written, _position);
        return count;
    }

    /// <summary>Writer: writes all of the bytes or none; null when the other side's position is impossible.</summary>
    public bool? TryWriteAll(ReadOnlySpan<byte> bytes)
    {
        var read = Volatile.Read(ref *_read);
        return read < _readBefore || read > _position ? null : Capacity - (_position - read) >= bytes.Length && Write(bytes) == bytes.Length;
    }

    /// <summary>Writer: whether the ring is full.</summary>
    public bool IsFull => _position - Volatile.Read(ref *_read) == Capacity;

    /// <summary>Writer: announces that it is about to wait. It must check once more before it does.</summary>
    public void AnnounceWriter() => Interlocked.Exchange(ref *_writerWaits, 1);

    /// <summary>Writer: clears the bell.</summary>
    public void HearWriterBell() => Interlocked.Exchange(ref *_writerBell, 0);

    /// <summary>Writer: whether to wake a waiting reader. Never while a bell is unheard, so at most one is on its way.</summary>
    public bool IsReaderToWake()
    {
        Interlocked.MemoryBarrier(); // the position before the flag
        return Volatile.Read(ref *_readerWaits) != 0 && Interlocked.Exchange(ref *_readerWaits, 0) != 0 && IsReaderToCall();
    }

    /// <summary>Writer: whether the reader has heard the last bell, whether it waits or not.</summary>
    public bool IsReaderToCall() => Interlocked.Exchange(ref *_readerBell, 1) == 0;
}
