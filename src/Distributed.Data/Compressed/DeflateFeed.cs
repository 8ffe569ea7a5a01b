namespace Distributed.Data.Compressed;

/// <summary>
/// Gives a <see cref="System.IO.Compression.DeflateStream"/> its bytes and remembers how: that stream reads ahead and does not tell where
/// its data ended. It asks only when it has used up what it got, so the data ends in the last chunk; and at its end exactly, when that
/// chunk was a single byte.
/// </summary>
/// <param name="stored">The packed bytes, standing at the deflate data. Stays open.</param>
/// <param name="fineFrom">From this position on bytes are given one by one.</param>
internal sealed class DeflateFeed(Stream stored, long fineFrom) : ForwardStream
{
    /// <summary>Where the deflate data begins.</summary>
    public long Start { get; } = stored.Position;

    /// <summary>The bytes given last.</summary>
    public int LastChunk { get; private set; }

    /// <summary>Whether more was requested than there is.</summary>
    public bool RanDry { get; private set; }

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
}
