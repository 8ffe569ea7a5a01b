using System.Collections.Frozen;
using System.Globalization;

namespace Distributed.Data.Tables;

/// <summary>What a cell is when it is read as a number.</summary>
internal enum CellKind
{
    /// <summary>A finite decimal number of at most <see cref="DataLimits.Magnitude"/>.</summary>
    Number,

    /// <summary>Nothing, or only blanks.</summary>
    Empty,

    /// <summary>A word that marks a missing number, such as NA. In a text column it is ordinary text.</summary>
    MissingWord,

    /// <summary>Not a number (NaN), infinite, or too large.</summary>
    NotFinite,

    /// <summary>Anything else.</summary>
    Text,
}

/// <summary>Reads cells as numbers: optional sign, digits with a decimal point, optional exponent; no thousands separators.</summary>
internal static class CellNumber
{
    private static readonly FrozenSet<string> MissingWords =
        FrozenSet.ToFrozenSet(["NA", "N/A", "n/a", "na", "#N/A", "null", "NULL", "Null", "None", "none", "nil", "?", "-", "."]);

    private static readonly FrozenSet<string> NotFiniteWords =
        FrozenSet.ToFrozenSet(["nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a cell without surrounding blanks.</summary>
    /// <param name="cell">The text.</param>
    /// <param name="number">The number; NaN for any other text.</param>
    /// <returns>What the cell is.</returns>
    public static CellKind Read(string cell, out double number)
    {
        if (double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && !double.IsNaN(number))
        {
            if (Math.Abs(number) <= DataLimits.Magnitude)
                return CellKind.Number;
            number = double.NaN;
            return CellKind.NotFinite;
        }

        number = double.NaN;
        if (string.IsNullOrWhiteSpace(cell))
            return CellKind.Empty;
        if (MissingWords.Contains(cell))
            return CellKind.MissingWord;
        return NotFiniteWords.Contains(cell) ? CellKind.NotFinite : CellKind.Text;
    }

    /// <summary>Why a cell cannot be in a column of numbers.</summary>
    public static string Problem(string cell) => Read(cell, out _) switch
    {
        CellKind.Empty => "the cell is empty",
        CellKind.NotFinite when char.IsAsciiDigit(cell[^1]) => $"{Quoted(cell)} is too large (at most 1e100)",
        CellKind.NotFinite => $"{Quoted(cell)} is not a finite number",
        _ => $"{Quoted(cell)} is not a number",
    };

    /// <summary>A cell's text for a message: in quotation marks, on one line, cut to a readable length.</summary>
    public static string Quoted(string cell)
    {
        var shown = new string([.. (cell.Length > 40 ? cell[..40] + "…" : cell).Select(c => char.IsControl(c) ? '·' : c)]);
        return $"\"{shown}\"";
    }
}
