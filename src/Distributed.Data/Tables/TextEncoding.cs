using System.Text;

namespace Distributed.Data.Tables;

/// <summary>How a table's bytes become text.</summary>
/// <param name="Encoding">Throws on bytes that are no text.</param>
/// <param name="Note">What to tell the user; null for UTF-8 and for text with a byte order mark.</param>
internal readonly record struct TextEncoding(Encoding Encoding, DataNote? Note)
{
    /// <summary>Bytes that are looked at.</summary>
    public const int SampleBytes = 1 << 16;

    private const int WesternCodePage = 1252;

    /// <summary>UTF-8 without bytes that are no text.</summary>
    public static TextEncoding Utf8 { get; } = new(new UTF8Encoding(false, throwOnInvalidBytes: true), null);

    /// <summary>The encoding of text that is not UTF-8: Windows-1252, of which Latin-1 is a part.</summary>
    public static TextEncoding Western { get; } = new(
        OfCodePage(WesternCodePage), new DataNote(
            "the file is not UTF-8 text and is read as Windows-1252", new SettingHint("encoding", "NAME", "reads it otherwise")));

    /// <summary>Finds the encoding from the first bytes. UTF-16 without a byte order mark shows by its zero bytes.</summary>
    public static TextEncoding Of(ReadOnlySpan<byte> sample)
    {
        Span<int> zeros = stackalloc int[2];
        for (var i = 0; i < sample.Length; i++)
            zeros[i & 1] += sample[i] == 0 ? 1 : 0;
        var half = sample.Length / 2;
        var mostlyZero = half * 3 / 10;
        if (half < 2 || sample is [0xff, 0xfe, ..] or [0xfe, 0xff, ..])
            return Utf8;
        if (zeros[1] > mostlyZero && zeros[0] <= half / 20)
            return new TextEncoding(new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true), Wide);
        return zeros[0] > mostlyZero && zeros[1] <= half / 20
            ? new TextEncoding(new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true), Wide)
            : Utf8;
    }

    /// <summary>The encoding of a name.</summary>
    /// <exception cref="DataException">There is none of that name.</exception>
    public static TextEncoding Named(string name) =>
        Find(name) ?? throw new DataException($"there is no encoding {CellNumber.Quoted(name)}", "utf-8, utf-16 and windows-1252 are some");

    /// <summary>The encoding of a name; null when there is none.</summary>
    public static TextEncoding? Find(string name)
    {
        try
        {
            var known = CodePagesEncodingProvider.Instance.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
                ?? Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            return new TextEncoding(known, null);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Whether bytes hold control characters, which no text in a code page does.</summary>
    public static bool LooksBinary(ReadOnlySpan<byte> sample)
    {
        foreach (var b in sample)
            if (b is < 0x09 or (> 0x0d and < 0x20 and not 0x1a and not 0x1b))
                return true;
        return false;
    }

    private static DataNote Wide { get; } = new("the file has no byte order mark and is read as UTF-16", new SettingHint("encoding", "NAME", "reads it otherwise"));

    private static Encoding OfCodePage(int page) =>
        CodePagesEncodingProvider.Instance.GetEncoding(page, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;
}
