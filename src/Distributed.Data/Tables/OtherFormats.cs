namespace Distributed.Data.Tables;

/// <summary>Files that are known by their first bytes and not read here: the refusal says what they are and how to make a table of them.</summary>
internal static class OtherFormats
{
    private static readonly (byte[] Magic, string What, string Advice)[] Known =
    [
        ("PAR1"u8.ToArray(), "a Parquet file", "write it as CSV: pandas.read_parquet(file).to_csv('table.csv', index=False)"),
        ("ARROW1"u8.ToArray(), "an Arrow file", "write it as CSV: pandas.read_feather(file).to_csv('table.csv', index=False)"),
        ([0x28, 0xb5, 0x2f, 0xfd], "zstd data", "unpack it: zstd -d file"),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], "xz data", "unpack it: xz -dk file"),
        ("BZh"u8.ToArray(), "bzip2 data", "unpack it: bunzip2 -k file"),
        ([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], "an Excel workbook", "save the sheet as CSV"),
        ("SQLite format 3\0"u8.ToArray(), "an SQLite database", "write a query as CSV: sqlite3 -header -csv file 'select …'"),
        ([0x89, (byte)'H', (byte)'D', (byte)'F'], "an HDF5 file", "write the table as CSV"),
        ([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'], "a NumPy array", "write it as CSV: numpy.savetxt"),
        ([(byte)'7', (byte)'z', 0xbc, 0xaf, 0x27, 0x1c], "a 7z archive", "unpack it"),
        ("%PDF-"u8.ToArray(), "a PDF document", "save its table as CSV"),
    ];

    /// <summary>Refuses a file of another format.</summary>
    /// <exception cref="DataException">It is one.</exception>
    public static void Refuse(ReadOnlySpan<byte> sample, string file)
    {
        foreach (var (magic, what, advice) in Known)
            if (sample.StartsWith(magic) && (what != "bzip2 data" || sample is [_, _, _, >= (byte)'1' and <= (byte)'9', 0x31, 0x41, ..]))
                throw new DataException($"this is {what} and no text", advice, file);
    }
}
