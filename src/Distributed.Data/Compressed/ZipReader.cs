using System.IO.Compression;
using System.IO.Hashing;

namespace Distributed.Data.Compressed;

/// <summary>
/// Reads the only file of a zip archive and checks its length and CRC-32 at the end. <see cref="ZipArchive"/> itself takes damaged data.
/// </summary>
internal sealed class ZipReader : ForwardStream
{
    private readonly string _name;
    private readonly ZipArchive _archive;
    private readonly ZipArchiveEntry _entry;
    private readonly Stream _content;
    private readonly Crc32 _crc = new();
    private long _length;

    /// <summary>Opens an archive.</summary>
    /// <param name="stored">The archive; a stream that can seek. Disposed with this one.</param>
    /// <param name="name">What messages call the file.</param>
    /// <exception cref="DataException">It is damaged, or does not hold one file.</exception>
    public ZipReader(Stream stored, string name)
    {
        _name = name;
        try
        {
            _archive = new ZipArchive(stored, ZipArchiveMode.Read);
            var files = _archive.Entries.Where(IsFile).ToArray();
            if (_archive.GetEntry("xl/workbook.xml") is not null)
                throw new DataException("this is an Excel workbook", "save the sheet as CSV", name);
            _entry = files.Length == 1
                ? files[0]
                : throw new DataException($"the zip archive holds {files.Length} files", "one table is needed: unpack it, or pack the table alone", name);
            _content = _entry.Open();
        }
        catch (Exception error) when (error is InvalidDataException or NotSupportedException or IOException or ArgumentException)
        {
            stored.Dispose();
            throw Damaged("the zip archive cannot be read: " + error.Message.TrimEnd('.'), error);
        }
        catch (DataException)
        {
            stored.Dispose();
            throw;
        }
    }

    /// <summary>Whether the next bytes begin an archive; the stream stays where it is.</summary>
    public static bool StandsAt(Stream stored)
    {
        var at = stored.Position;
        Span<byte> magic = stackalloc byte[4];
        var found = stored.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual("PK\u0003\u0004"u8);
        stored.Position = at;
        return found;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length == 0)
            return 0;
        int read;
        try
        {
            read = _content.Read(buffer);
        }
        catch (Exception error) when (error is InvalidDataException or NotSupportedException)
        {
            throw Damaged($"the zip archive's file {_entry.Name} is damaged", error);
        }

        if (read > 0)
        {
            _crc.Append(buffer[..read]);
            _length += read;
        }
        else if (_length != _entry.Length)
            throw Damaged($"the zip archive's file {_entry.Name} ends early, after {_length} of {_entry.Length} bytes");
        else if (_crc.GetCurrentHashAsUInt32() != _entry.Crc32)
            throw Damaged($"the zip archive's file {_entry.Name} does not have its checksum");
        return read;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
            _archive.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Not a folder, and not what macOS packs beside each file.</summary>
    private static bool IsFile(ZipArchiveEntry entry) =>
        entry.Name.Length > 0 && !entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal) && entry.Name != ".DS_Store";

    private DataException Damaged(string problem, Exception? inner = null) => new(problem, "fetch or pack the file again", _name, inner: inner);
}
