using System.Diagnostics.CodeAnalysis;

namespace Distributed.Transport.Peers;

/// <summary>
/// The texts that travel (names of nodes, workers, jobs and the cluster): visible ASCII, at most <see cref="MaximumLength"/> characters, so that a
/// fixed field holds them and no sender makes a receiver allocate more.
/// </summary>
public static class WireText
{
    /// <summary>The longest text in characters, which are bytes.</summary>
    public const int MaximumLength = 96;

    /// <summary>Whether a text may travel: 1 to <see cref="MaximumLength"/> characters between '!' and '~'.</summary>
    public static bool IsValid([NotNullWhen(true)] string? text)
    {
        if (text is not { Length: > 0 and <= MaximumLength }) return false;
        foreach (var c in text)
            if (c is < '!' or > '~') return false;
        return true;
    }

    /// <summary>Writes a length byte and the text; the rest of the field becomes zero.</summary>
    internal static void Write(Span<byte> field, string text)
    {
        field.Clear();
        field[0] = (byte)text.Length;
        for (var i = 0; i < text.Length; i++) field[i + 1] = (byte)text[i];
    }

    /// <summary>Reads what <see cref="Write"/> wrote; null when it is of no allowed form. Allocates nothing for a field that is refused.</summary>
    internal static string? Read(ReadOnlySpan<byte> field)
    {
        var length = field[0];
        if (length is 0 or > MaximumLength || length >= field.Length) return null;
        if (field[1..(length + 1)].ContainsAnyExceptInRange((byte)'!', (byte)'~')) return null;
        if (field[(length + 1)..].ContainsAnyExcept((byte)0)) return null;
        return System.Text.Encoding.ASCII.GetString(field[1..(length + 1)]);
    }
}
