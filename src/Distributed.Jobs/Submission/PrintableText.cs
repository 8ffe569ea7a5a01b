namespace Distributed.Jobs.Submission;

/// <summary>
/// Text from files and servers as it may stand on a terminal: a header, a label or an error of a hostile source could otherwise move the cursor,
/// colour or hide what follows, or turn its direction.
/// </summary>
internal static class PrintableText
{
    private const char Shown = '·';

    /// <summary>The text with a dot for each control, direction or invisible character, and blanks for line breaks and tabs.</summary>
    public static string Of(string text) => text.Any(c => !IsPrintable(c)) ? string.Create(text.Length, text, (to, from) =>
    {
        for (var i = 0; i < to.Length; i++) to[i] = Of(from[i]);
    }) : text;

    /// <summary>A character, or what stands for it.</summary>
    public static char Of(char c) => IsPrintable(c) ? c : c is '\n' or '\r' or '\t' ? ' ' : Shown;

    /// <summary>Whether a character is shown as itself and moves nothing but its own column.</summary>
    public static bool IsPrintable(char c) => !char.IsControl(c) && c is not (
        '\u061C' or (>= '\u200B' and <= '\u200F') or (>= '\u2028' and <= '\u202E') or (>= '\u2060' and <= '\u206F') or '\uFEFF' or (>= '\uFFF9' and <= '\uFFFB'));
}
