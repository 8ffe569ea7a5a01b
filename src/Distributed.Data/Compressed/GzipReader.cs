using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Distributed.Data.Compressed;

/// <summary>
/// Decompresses gzip data and checks all of it (RFC 1952): headers, the end of the deflate data, each member's CRC-32 and length, and that
/// nothing follows the last member. Consecutive members form one text. Truncated, damaged or trailing data is a <see cref="DataException"/>
/// that names the place.
/// </summary>
/// <remarks>
/// <see cref="GZipStream"/> takes the end of a truncated file for the end of its data, and leaves bytes behind the data alone.
/// The bound on the unpacked size belongs to the reader of the content; a member's data is unpacked at most twice here.
/// </remarks>
internal sealed class GzipReader : ForwardStream
{
    /// <summary>CRC-32 and length of the unpacked data, four bytes each.</summary>
    private const int TrailerLength = 8;

    /// <summary>The last bytes before an expected trailer come one by one, so that the deflate data's end is known without a second look.</summary>
    private const int FineTail = 64;

    private readonly Stream _stored;
    private readonly string _name;
    private readonly byte[] _trailer = new byte[TrailerLength];
    private Crc32 _crc = new();
    private DeflateFeed? _feed;
    private DeflateStream? _deflate;
    private long _memberStart;
    private uint _length;
    private bool _atEnd;

    /// <summary>Reads from the stream's position.</summary>
    /// <param name="stored">The packed bytes; a stream that can seek. Disposed with this one.</param>
    /// <param name="name">What messages call the file.</param>
    public GzipReader(Stream stored, string name) => (_stored, _name, _memberStart) = (stored, name, stored.Position);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (buffer.Length > 0 && !_atEnd)
        {
            if (_deflate is null)
                BeginMember();
            var read = Unpack(_deflate!, _feed!, buffer);
            if (read > 0)
            {
                _crc.Append(buffer[..read]);
                _length += (uint)read; // modulo 2³², as in the trailer
                return read;
            }

            EndMember();
        }

        return 0;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _deflate?.Dispose();
            _stored.Dispose();
        }

        base.Dispose(disposing);
    }

    private void BeginMember()
    {
        switch (GzipHeader.Skip(_stored))
        {
            case GzipHeaderFault.EndsEarly:
                throw EndsEarly();
            case GzipHeaderFault.Damaged:
                throw Damaged($"the gzip header that begins at byte {_memberStart + 1} is damaged");
        }

        _feed = new DeflateFeed(_stored, _stored.Length - TrailerLength - FineTail);
        _deflate = new DeflateStream(_feed, CompressionMode.Decompress);
        _crc = new Crc32();
        _length = 0;
    }

    private void EndMember()
    {
        if (_feed!.RanDry)
            throw EndsEarly();
        var end = _feed.LastChunk == 1 ? _feed.Position : FindEnd(_feed.Start, _feed.Position - _feed.LastChunk);
        _deflate!.Dispose();
        _deflate = null;
        _stored.Position = end;
        if (_stored.ReadAtLeast(_trailer, TrailerLength, throwOnEndOfStream: false) < TrailerLength)
            throw EndsEarly();
        if (BinaryPrimitives.ReadUInt32LittleEndian(_trailer) != _crc.GetCurrentHashAsUInt32()
            || BinaryPrimitives.ReadUInt32LittleEndian(_trailer.AsSpan(4)) != _length)
            throw Damaged($"the gzip data up to byte {end} does not have the checksum and the length that follow it");
        _memberStart = _stored.Position;
        _atEnd = _memberStart == _stored.Length;
        if (!_atEnd && !GzipHeader.StandsAt(_stored))
            throw Damaged($"something else follows the gzip data from byte {_memberStart + 1} on ({_stored.Length - _memberStart} bytes)");
    }

    /// <summary>Where deflate data ends that does so inside a chunk: unpacks it once more, and that chunk byte by byte.</summary>
    private long FindEnd(long start, long chunk)
    {
        _stored.Position = start;
        var feed = new DeflateFeed(_stored, chunk);
        using var deflate = new DeflateStream(feed, CompressionMode.Decompress);
        var unused = new byte[1 << 16];
        while (Unpack(deflate, feed, unused) > 0)
        {
        }

        return feed.Position;
    }

    private int Unpack(DeflateStream deflate, DeflateFeed feed, Span<byte> buffer)
    {
        try
        {
            return deflate.Read(buffer);
        }
        catch (InvalidDataException)
        {
            throw feed.RanDry ? EndsEarly() : Damaged($"the gzip data is damaged, at or before byte {feed.Position}");
        }
    }

    private DataException EndsEarly() => Damaged($"the gzip data ends early, after {_stored.Length} bytes");

    private DataException Damaged(string problem) => new(problem, "fetch or pack the file again", _name);
}
