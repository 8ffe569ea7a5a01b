using System.Collections.Frozen;

namespace Distributed.Data.Tables;

/// <summary>Which cells mean that a value is missing: the usual marks, and those that the settings name.</summary>
/// <param name="named">Marks of the settings, in addition.</param>
internal sealed class MissingMarks(IReadOnlyList<string>? named = null)
{
    /// <summary>Words that stand for a missing number; in a column of texts they are texts.</summary>
    private static readonly FrozenSet<string> BesideNumbers = FrozenSet.ToFrozenSet(
        [
            "n.a.", "n.a", "<na>", "nat", "--", "---", "..", "unknown", "unk", "missing", "undefined", "not available", "not applicable", "none", "nil",
            "null", "#value!", "#div/0!", "#ref!", "#num!", "#name?", "#null!", "#n/a",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The usual marks alone.</summary>
    public static MissingMarks Usual { get; } = new();

    private readonly FrozenSet<string> _named = FrozenSet.ToFrozenSet((named ?? []).Select(mark => mark.Trim()), StringComparer.Ordinal);

    /// <summary>Whether the settings name a cell.</summary>
    public bool AreNamed(string cell) => _named.Count > 0 && _named.Contains(cell);

    /// <summary>
    /// Whether a cell of a column of texts, or a label, is missing: empty, NA, N/A, n/a, na, #N/A, null, None, NaN, ?, - or a point. The words
    /// "none" and "nil" in small letters are texts.
    /// </summary>
    public bool InTexts(string cell) => AreNamed(cell) || CellNumber.Read(cell, out _) switch
    {
        CellKind.Empty => true,
        CellKind.MissingWord => cell is not ("none" or "nil"),
        CellKind.NotFinite => cell.Equals("nan", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    /// <summary>Whether a cell of a column of numbers or dates is missing: as in texts, and words such as unknown or #DIV/0!.</summary>
    public bool InNumbers(string cell) => InTexts(cell) || BesideNumbers.Contains(cell);
}
