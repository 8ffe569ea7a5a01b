namespace Distributed.Data.Formats;

/// <summary>A format of tables that is no text.</summary>
internal enum FileFormat
{
    /// <summary>Parquet.</summary>
    Parquet,

    /// <summary>An Arrow IPC file, which Feather files of version 2 are.</summary>
    ArrowFile,

    /// <summary>An Arrow IPC stream.</summary>
    ArrowStream,

    /// <summary>An Excel workbook (.xlsx).</summary>
    Workbook,
}

/// <summary>Knows formats by their first bytes.</summary>
internal static class FileFormats
{
    private const int LongestSchema = 1 << 24;

    /// <summary>The format; null for text and what is not read. Letters alone could begin a header of text, which holds no control characters.</summary>
    /// <param name="sample">The first bytes of the content.</param>
    public static FileFormat? Of(ReadOnlySpan<byte> sample)
    {
        var isText = !sample.ContainsAnyInRange((byte)0, (byte)8);
        if (sample.StartsWith("PAR1"u8) && !isText)
            return FileFormat.Parquet;
        if (sample.StartsWith("ARROW1"u8) && !isText)
            return FileFormat.ArrowFile;
        if (sample.StartsWith("PK\u0003\u0004"u8))
            return FileFormat.Workbook;
        return sample.StartsWith((ReadOnlySpan<byte>)[0xff, 0xff, 0xff, 0xff]) && sample.Length >= 8 && BitConverter.ToInt32(sample[4..]) is > 0 and < LongestSchema
            ? FileFormat.ArrowStream
            : null;
    }

    /// <summary>A refusal of a damaged file.</summary>
    /// <param name="what">What the file is.</param>
    /// <param name="file">What messages call it.</param>
    /// <param name="error">What its reader says; libraries show damage as any exception.</param>
    public static DataException Damaged(string what, string file, Exception error)
    {
        var said = error.Message.AsSpan();
        var end = said.IndexOfAny('\n', '\r');
        var line = new string([.. (end < 0 ? said : said[..end]).ToArray().Select(c => char.IsControl(c) ? '·' : c)]).TrimEnd('.', ' ');
        return new DataException($"the {what} is damaged, or in a form that is not read: {(line.Length > 200 ? line[..200] + "…" : line)}", "fetch or write the file again", file, inner: error);
    }

    /// <summary>Whether a column is the index that pandas writes behind the columns of a table.</summary>
    public static bool IsPandasIndex(string name) =>
        name.StartsWith("__index_level_", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal);

    /// <summary>What to tell about such a column.</summary>
    public static DataNote IndexNote(string name) => new($"column \"{name}\" is pandas' index and is left out");
}
