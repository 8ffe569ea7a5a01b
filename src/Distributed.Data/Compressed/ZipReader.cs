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
            _entry = files.Length == 1
                ? files[0]
                : throw new DataException($"the zip archive holds {files.Length} files", "one table is needed: unpack it, or pack the table alone", name);
            _content = _entry.Open();
        }
        catch (Exception error) when (error is InvalidDataException or NotSupportedException or IOException or ArgumentException)
        {
            stored.Dispose();
            throw Unreadable(name, error);
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

    /// <summary>Whether an archive is an Excel workbook; the stream stays where it is.</summary>
    /// <exception cref="DataException">It is damaged.</exception>
    public static bool HoldsWorkbook(Stream stored, string name)
    {
        var at = stored.Position;
        try
        {
            using var archive = new ZipArchive(stored, ZipArchiveMode.Read, leaveOpen: true);
            return archive.GetEntry("xl/workbook.xml") is not null;
        }
        catch (Exception error) when (error is InvalidDataException or NotSupportedException or IOException or ArgumentException)
        {
            stored.Dispose();
            throw Unreadable(name, error);
        }
        finally
        {
            if (stored.CanSeek)
                stored.Position = at;
        }
    }

    /// <summary>Reads all files of an archive, each to its checksum; the stream stays where it is.</summary>
    /// <param name="stored">The archive.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="most">Unpacked bytes of all files together.</param>
    /// <exception cref="DataException">It is damaged or too large.</exception>
    public static void Check(Stream stored, string name, long most)
    {
        var at = stored.Position;
        try
        {
            using var archive = new ZipArchive(stored, ZipArchiveMode.Read, leaveOpen: true);
            var buffer = new byte[1 << 16];
            foreach (var entry in archive.Entries.Where(IsFile))
            {
                using var content = entry.Open();
                var crc = new Crc32();
                for (int read; (read = content.Read(buffer)) > 0;)
                {
                    crc.Append(buffer.AsSpan(0, read));
                    if ((most -= read) < 0)
                        throw new DataException("the zip archive is too large when it is unpacked", "take a sample of it", name);
                }

                if (crc.GetCurrentHashAsUInt32() != entry.Crc32)
                    throw new InvalidDataException($"the file {entry.Name} does not have its checksum");
            }
        }
        catch (Exception error) when (error is InvalidDataException or NotSupportedException or IOException or ArgumentException)
        {
            throw Unreadable(name, error);
        }

        stored.Position = at;
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

    private static DataException Unreadable(string name, Exception error) =>
        new("the zip archive cannot be read: " + error.Message.TrimEnd('.'), "fetch or pack the file again", name, inner: error);

    private DataException Damaged(string problem, Exception? inner = null) => new(problem, "fetch or pack the file again", _name, inner: inner);
}
