using System.IO.Compression;
using System.Text;

namespace Distributed.Node.Tests.Http;

/// <summary>Small bodies that become very large.</summary>
internal static class Bombs
{
    /// <summary>A header and blank lines, packed by gzip.</summary>
    public static byte[] BlankLines(long bytes) => Gzip("x,y\n", "\n", bytes);

    /// <summary>A header and rows, packed by gzip.</summary>
    public static byte[] Rows(long bytes) => Gzip("x,y\n", "1,2\n", bytes);

    /// <summary>Rows in a zip archive.</summary>
    public static byte[] Zip(long bytes)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = zip.CreateEntry("table.csv", CompressionLevel.Fastest).Open())
            Write(entry, "x,y\n", "1,2\n", bytes);
        return packed.ToArray();
    }

    /// <summary>Rows to predict of very many cells.</summary>
    public static byte[] Json(int bytes)
    {
        var text = new StringBuilder("{\"rows\":[{");
        for (var i = 0; text.Length < bytes; i++) text.Append('"').Append(i).Append("\":1,");
        return Encoding.ASCII.GetBytes(text.Append("\"x\":1}]}").ToString());
    }

    private static byte[] Gzip(string header, string line, long bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) Write(gzip, header, line, bytes);
        return packed.ToArray();
    }

    private static void Write(Stream into, string header, string line, long bytes)
    {
        into.Write(Encoding.ASCII.GetBytes(header));
        var lines = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(line, (1 << 18) / line.Length)));
        for (var written = 0L; written < bytes; written += lines.Length) into.Write(lines);
    }
}
