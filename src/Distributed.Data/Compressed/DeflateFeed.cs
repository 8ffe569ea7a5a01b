namespace Distributed.Data.Compressed;

/// <summary>
/// Gives a <see cref="System.IO.Compression.DeflateStream"/> its bytes and remembers how: that stream reads ahead and does not tell where
/// its data ended. It asks only when it has used up what it got, so the data ends in the last chunk; and at its end exactly, when that
/// chunk was a single byte.
/// </summary>
/// <param name="stored">The packed bytes, standing at the deflate data. Stays open.</param>
/// <param name="fineFrom">From this position on bytes are given one by one.</param>
internal sealed class DeflateFeed(Stream stored, long fineFrom) : Stream
{
    /// <summary>Where the deflate data begins.</summary>
    public long Start { get; } = stored.Position;

    /// <summary>The bytes given last.</summary>
    public int LastChunk { get; private set; }

    /// <summary>Whether more was requested than there is.</summary>
    public bool RanDry { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <summary>The position in the packed bytes behind what was given.</summary>
    public override long Position
    {
        get => stored.Position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var coarse = fineFrom - stored.Position;
        var read = stored.Read(buffer[..(int)Math.Min(buffer.Length, Math.Max(1, coarse))]);
        RanDry |= read == 0;
        LastChunk = read == 0 ? LastChunk : read;
        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
