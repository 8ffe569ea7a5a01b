namespace Distributed.Data.Tables;

/// <summary>
/// One column of a table as read: each cell as a number (NaN for any other text) and as the index of its text, as long as the column
/// has few distinct texts. A cell costs twelve bytes, whatever its length.
/// </summary>
internal sealed class RawColumn(string name)
{
    /// <summary>More distinct texts than a target or one-hot column may have; beyond it texts are no longer indexed.</summary>
    public const int MostTexts = DataLimits.Classes + 1;

    private readonly List<double> _numbers = [];
    private readonly List<int> _textIndices = [];
    private readonly List<string> _texts = [];
    private readonly Dictionary<string, int> _indexOf = new(StringComparer.Ordinal);
    private int _readAsNumbers;
    private int _readAsText;

    /// <summary>The column's name.</summary>
    public string Name { get; } = name;

    /// <summary>The cells as numbers; NaN for any other text.</summary>
    public IReadOnlyList<double> Numbers => _numbers;

    /// <summary>For each cell the index of its text in <see cref="Texts"/>; −1 once there are more than <see cref="MostTexts"/>.</summary>
    public IReadOnlyList<int> TextIndices => _textIndices;

    /// <summary>The different texts in the order of their first appearance.</summary>
    public IReadOnlyList<string> Texts => _texts;

    /// <summary>Whether there are more different texts than <see cref="Texts"/> holds.</summary>
    public bool HasMoreTexts { get; private set; }

    /// <summary>The first cell that is not a number, and its row (from 0); null when all are.</summary>
    public (int Row, string Cell)? FirstNotNumber { get; private set; }

    /// <summary>The row (from 0) of the first empty cell, or null.</summary>
    public int? FirstEmpty { get; private set; }

    /// <summary>Empty cells.</summary>
    public int Empty { get; private set; }

    /// <summary>Whether more cells read as numbers (also NaN or infinite ones) than as text; empty cells and words like NA do not count.</summary>
    public bool LooksNumeric => _readAsNumbers > _readAsText;

    /// <summary>Adds the next row's cell.</summary>
    /// <param name="cell">The text without surrounding blanks.</param>
    public void Add(string cell)
    {
        var kind = CellNumber.Read(cell, out var number);
        switch (kind)
        {
            case CellKind.Number or CellKind.NotFinite:
                _readAsNumbers++;
                break;
            case CellKind.Text:
                _readAsText++;
                break;
            case CellKind.Empty:
                FirstEmpty ??= _numbers.Count;
                Empty++;
                break;
        }

        if (kind != CellKind.Number)
            FirstNotNumber ??= (_numbers.Count, cell);
        _numbers.Add(number);
        _textIndices.Add(IndexOf(cell));
    }

    private int IndexOf(string cell)
    {
        if (HasMoreTexts)
            return -1;
        if (_indexOf.TryGetValue(cell, out var index))
            return index;
        if (_texts.Count == MostTexts)
        {
            HasMoreTexts = true;
            return -1;
        }

        _indexOf.Add(cell, _texts.Count);
        _texts.Add(cell);
        return _texts.Count - 1;
    }
}
