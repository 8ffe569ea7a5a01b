using System.Globalization;
using Distributed.Data.Tables;

namespace Distributed.Data.Encodings;

/// <summary>Which texts are spellings of one label.</summary>
internal static class LabelText
{
    private const string True = "TRUE";
    private const string False = "FALSE";

    /// <summary>Whether a cell means that its label is missing. A lower-case "none" is a word and so a class.</summary>
    public static bool IsMissing(string text) => MissingMarks.Usual.InTexts(text);

    /// <summary>
    /// What tells the labels of a column apart: equal keys are one label. Where all labels are words for true and false, of both kinds, yes is
    /// true and no is false; the same follows from the names of the classes that are made of them.
    /// </summary>
    /// <param name="labels">The different labels of a column, or the classes' names.</param>
    public static Func<string, string> KeysFor(IReadOnlyCollection<string> labels)
    {
        var truths = labels.Where(label => !IsMissing(label)).Select(label => TruthOf(KeyOf(label))).Distinct().ToArray();
        return truths.Length == 2 && !truths.Contains(null)
            ? label => TruthOf(KeyOf(label)) ?? KeyOf(label)
            : KeyOf;
    }

    /// <summary>What a label is called that is written in several ways: a number by its shortest spelling, a text by the most frequent one.</summary>
    public static string NameOf(IReadOnlyList<(string Text, int Count)> spellings)
    {
        var isNumber = CellNumber.Read(spellings[0].Text, out _) == CellKind.Number;
        return spellings.OrderBy(spelling => isNumber ? spelling.Text.Length : 0).ThenByDescending(spelling => spelling.Count)
            .ThenBy(spelling => spelling.Text, StringComparer.Ordinal).First().Text;
    }

    private static string? TruthOf(string key) => key switch
    {
        True or "YES" => True,
        False or "NO" => False,
        _ => null,
    };

    private static string KeyOf(string label) =>
        CellNumber.Read(label, out _) == CellKind.Number ? KeyOfNumber(label) : label.ToUpperInvariant();

    /// <summary>
    /// A number's digits and exponent without zeros that say nothing: exact, where a double would take two long identifiers for one.
    /// Holds a small letter, which no text's key does.
    /// </summary>
    private static string KeyOfNumber(string number)
    {
        var at = number.AsSpan().IndexOfAny('e', 'E');
        var mantissa = (at < 0 ? number : number[..at]).TrimStart('+', '-');
        if (!int.TryParse(at < 0 ? "0" : number[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            || Math.Abs((long)exponent) > int.MaxValue / 2)
            return "n" + number.ToUpperInvariant();
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        exponent -= point < 0 ? 0 : mantissa.Length - point - 1;
        var digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        var significant = digits.TrimEnd('0');
        if (significant.Length == 0)
            return "n0";
        exponent += digits.Length - significant.Length;
        return string.Create(CultureInfo.InvariantCulture, $"n{(number[0] == '-' ? "-" : "")}{significant}e{exponent}");
    }
}
