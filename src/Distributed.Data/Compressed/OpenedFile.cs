namespace Distributed.Data.Compressed;

/// <summary>
/// A data file opened for reading, decompressed and checked on the way when it is packed by gzip, zstd, xz or bzip2, or is the only file of a zip
/// archive (by its first bytes, not by its name). An Excel workbook, a zip archive too, stays packed.
/// </summary>
internal sealed class OpenedFile : IDisposable
{
    private OpenedFile(string name, Stream content, long length, bool isPacked)
    {
        Name = name;
        Content = content;
        Length = length;
        IsPacked = isPacked;
    }

    /// <summary>What messages call the file.</summary>
    public string Name { get; }

    /// <summary>The unpacked bytes; damaged packed data is a <see cref="DataException"/> where it is read.</summary>
    public Stream Content { get; }

    /// <summary>Bytes as stored.</summary>
    public long Length { get; }

    /// <summary>Whether it is packed.</summary>
    public bool IsPacked { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="DataException">It is not there, is a folder, or may not be read.</exception>
    public static OpenedFile Open(string path)
    {
        try
        {
            if (Directory.Exists(path))
                throw new DataException("this is a folder", "name a file", path);
            return From(path, new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataException("there is no such file", file: path, inner: error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new DataException("the file cannot be read: " + error.Message, file: path, inner: error);
        }
    }

    /// <summary>Opens a file that is embedded in this assembly.</summary>
    public static OpenedFile OpenBuiltIn(string resource) => From(
        "built-in " + resource,
        typeof(OpenedFile).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {resource}."));

    /// <inheritdoc/>
    public void Dispose() => Content.Dispose();

    private static OpenedFile From(string name, Stream stored)
    {
        var length = stored.Length;
        var content = Unpacked(name, stored);
        var isPacked = content != stored;
        if (isPacked && ReadingScope.Cancellation is { CanBeCanceled: true } cancellation) content = new StoppableStream(content, cancellation);
        return new OpenedFile(name, content, length, isPacked);
    }

    private static Stream Unpacked(string name, Stream stored)
    {
        if (GzipHeader.StandsAt(stored))
            return new GzipReader(stored, name);
        if (ZipReader.StandsAt(stored))
            return ZipReader.HoldsWorkbook(stored, name) ? stored : new ZipReader(stored, name);
        return PackedFormat.At(stored) is { } format ? new PackedReader(stored, format, name) : stored;
    }
}
