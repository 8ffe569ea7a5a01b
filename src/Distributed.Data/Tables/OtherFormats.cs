namespace Distributed.Data.Tables;

/// <summary>Files that are known by their first bytes and not read here: the refusal says what they are and how to make a table of them.</summary>
internal static class OtherFormats
{
    private static readonly (byte[] Magic, string What, string Advice)[] Known =
    [
        ("FEA1"u8.ToArray(), "a Feather file of version 1", "write it in version 2: pandas.read_feather(file).to_feather('table.feather')"),
        ("ORC"u8.ToArray(), "an ORC file", "write it as Parquet or CSV"),
        ("Obj\u0001"u8.ToArray(), "an Avro file", "write it as Parquet or CSV"),
        ([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], "an Excel workbook of the old format, or one with a password", "save the sheet as .xlsx or CSV"),
        ("SQLite format 3\0"u8.ToArray(), "an SQLite database", "write a query as CSV: sqlite3 -header -csv file 'select …'"),
        ([0x89, (byte)'H', (byte)'D', (byte)'F'], "an HDF5 file", "write the table as CSV"),
        ([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'], "a NumPy array", "write it as CSV: numpy.savetxt"),
        ([(byte)'7', (byte)'z', 0xbc, 0xaf, 0x27, 0x1c], "a 7z archive", "unpack it"),
        ("%PDF-"u8.ToArray(), "a PDF document", "save its table as CSV"),
    ];

    /// <summary>Refuses a file of another format. Letters alone could begin a header.</summary>
    /// <exception cref="DataException">It is one.</exception>
    public static void Refuse(ReadOnlySpan<byte> sample, string file)
    {
        foreach (var (magic, what, advice) in Known)
            if (sample.StartsWith(magic) && (!char.IsAsciiLetter((char)magic[0]) || sample.Contains((byte)0)))
                throw new DataException($"this is {what} and no text", advice, file);
    }
}
