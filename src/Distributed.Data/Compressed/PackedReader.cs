namespace Distributed.Data.Compressed;

/// <summary>
/// Decompresses zstd, xz or bzip2 data and reads all of it: each stream to its end, with the checksums that it has, and whether anything follows
/// the last one. Consecutive streams form one text. Truncated, damaged or trailing data is a <see cref="DataException"/> that names the place.
/// </summary>
/// <remarks>
/// The bound on the unpacked size belongs to the reader of the content, as for gzip. zstd files may lack a checksum (<c>--no-check</c>); damage
/// that leaves such data decodable is not seen.
/// </remarks>
internal sealed class PackedReader : ForwardStream
{
    private readonly PackedFormat _format;
    private readonly PackedFeed _feed;
    private readonly string _name;
    private Stream? _unpacked;
    private bool _atEnd;

    /// <summary>Reads from the stream's position.</summary>
    /// <param name="stored">The packed bytes; a stream that can seek. Disposed with this one.</param>
    /// <param name="format">How they are packed.</param>
    /// <param name="name">What messages call the file.</param>
    public PackedReader(Stream stored, PackedFormat format, string name) => (_feed, _format, _name) = (new PackedFeed(stored), format, name);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (buffer.Length > 0 && !_atEnd)
        {
            var read = Unpack(buffer);
            if (read > 0)
                return read;
            EndStream();
        }

        return 0;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _unpacked?.Dispose();
            _feed.Stored.Dispose();
        }

        base.Dispose(disposing);
    }

    private void EndStream()
    {
        _unpacked!.Dispose();
        _unpacked = null;
        var stored = _feed.Stored;
        var end = stored.Position;
        while (_format.Padding > 0 && stored.Position < stored.Length && !_format.StandsAt(stored) && SkipPadding(stored))
        {
        }

        _atEnd = stored.Position == stored.Length;
        if (!_atEnd && !_format.StandsAt(stored))
            throw Damaged($"something else follows the {_format.Name} data from byte {end + 1} on ({stored.Length - end} bytes)");
        _feed.RanDry = false;
    }

    private bool SkipPadding(Stream stored)
    {
        var at = stored.Position;
        Span<byte> zeros = stackalloc byte[_format.Padding];
        if (stored.ReadAtLeast(zeros, zeros.Length, throwOnEndOfStream: false) == zeros.Length && !zeros.ContainsAnyExcept((byte)0))
            return true;
        stored.Position = at;
        return false;
    }

    /// <summary>Damaged data may show as any exception of the libraries; an error of the disk passes.</summary>
    private int Unpack(Span<byte> buffer)
    {
        try
        {
            _unpacked ??= _format.Open(_feed);
            return _unpacked.Read(buffer);
        }
        catch (Exception error) when (error is not IOException || error is EndOfStreamException or InvalidDataException)
        {
            throw _feed.RanDry
                ? Damaged($"the {_format.Name} data ends early, after {_feed.Stored.Length} bytes", error)
                : Damaged($"the {_format.Name} data is damaged, at or before byte {_feed.Stored.Position}", error);
        }
    }

    private DataException Damaged(string problem, Exception? inner = null) => new(problem, "fetch or pack the file again", _name, inner: inner);
}

/// <summary>Gives the packed bytes and remembers whether more was requested than there is.</summary>
/// <param name="stored">The packed bytes.</param>
internal sealed class PackedFeed(Stream stored) : ForwardStream
{
    /// <summary>The packed bytes.</summary>
    public Stream Stored => stored;

    /// <summary>Whether more was requested than there is.</summary>
    public bool RanDry { get; set; }

    /// <inheritdoc/>
    public override long Position
    {
        get => stored.Position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var read = stored.Read(buffer);
        RanDry |= read == 0 && buffer.Length > 0;
        return read;
    }

    /// <inheritdoc/>
    /// <remarks>Decoders of single bits ask for single bytes.</remarks>
    public override int ReadByte()
    {
        var next = stored.ReadByte();
        RanDry |= next < 0;
        return next;
    }
}
