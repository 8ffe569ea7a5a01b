using Distributed.Data.Compressed;

namespace Distributed.Data.Tables;

/// <summary>
/// One column of a table as read: each cell as a number (NaN for any other text) and as the index of its text, as long as the column
/// has few distinct texts. A cell costs twelve bytes, whatever its length.
/// </summary>
internal sealed class RawColumn
{
    /// <summary>More distinct texts than a target or one-hot column may have; beyond it texts are no longer indexed.</summary>
    public const int MostTexts = DataLimits.Classes + 1;

    private const int CellsAtOnce = 512;

    /// <summary>Twelve, and as much again while the lists grow.</summary>
    private const int BytesPerCell = 24;

    private readonly ITextIndex _index;
    private readonly List<double> _numbers = [];
    private readonly List<int> _textIndices;
    private readonly List<(CellKind Kind, double Number)> _meanings = [];
    private int _readAsNumbers;
    private int _readAsText;

    /// <summary>An empty column.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="reading">How its cells are read; null: as in version 1.</param>
    public RawColumn(string name, ICellReading? reading = null)
    {
        (Name, Reading) = (name, reading ?? PlainReading.Instance);
        (_index, _textIndices) = (Reading.NewIndex(), []);
    }

    /// <summary>A column of the same texts that is read in another way; a cell whose text was not kept keeps its number.</summary>
    private RawColumn(RawColumn other, ICellReading reading)
    {
        (Name, Reading, _index, _textIndices) = (other.Name, reading, other._index, other._textIndices);
        foreach (var text in Texts)
            _meanings.Add((reading.Read(text, out var number), number));
        for (var row = 0; row < _textIndices.Count; row++)
        {
            var (kind, number) = _textIndices[row] is >= 0 and var text
                ? _meanings[text]
                : (double.IsNaN(other._numbers[row]) ? CellKind.Text : CellKind.Number, other._numbers[row]);
            Count(kind, _textIndices[row] < 0 ? "" : Texts[_textIndices[row]]);
            _numbers.Add(number);
        }
    }

    private RawColumn(RawColumn other, ICellReading reading, List<double> numbers)
    {
        (Name, Reading, _index, _textIndices, _meanings, _numbers) = (other.Name, reading, other._index, other._textIndices, other._meanings, numbers);
        (_readAsNumbers, _readAsText, Empty, FirstEmpty, FirstNotNumber) =
            (other._readAsNumbers, other._readAsText, other.Empty, other.FirstEmpty, other.FirstNotNumber);
    }

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>How the cells were read.</summary>
    public ICellReading Reading { get; }

    /// <summary>The cells as numbers; NaN for any other text.</summary>
    public IReadOnlyList<double> Numbers => _numbers;

    /// <summary>For each cell the index of its text in <see cref="Texts"/>; −1 for one that was not kept.</summary>
    public IReadOnlyList<int> TextIndices => _textIndices;

    /// <summary>The different texts in the order of their first appearance.</summary>
    public IReadOnlyList<string> Texts => _index.Texts;

    /// <summary>Whether there are more different texts than <see cref="Texts"/> holds.</summary>
    public bool HasMoreTexts => _index.HasMore;

    /// <summary>The first cell that is not a number, and its row (from 0); null when all are.</summary>
    public (int Row, string Cell)? FirstNotNumber { get; private set; }

    /// <summary>The row (from 0) of the first empty cell, or null.</summary>
    public int? FirstEmpty { get; private set; }

    /// <summary>Empty cells.</summary>
    public int Empty { get; private set; }

    /// <summary>Whether more cells read as numbers (also NaN or infinite ones) than as text; empty cells and words like NA do not count.</summary>
    public bool LooksNumeric => _readAsNumbers > _readAsText;

    /// <summary>What a text of <see cref="Texts"/> was read as.</summary>
    public CellKind KindOf(int text) => _meanings[text].Kind;

    /// <summary>How often each text of <see cref="Texts"/> occurs.</summary>
    public int[] CountTexts()
    {
        var counts = new int[Texts.Count];
        foreach (var text in _textIndices)
            if (text >= 0)
                counts[text]++;
        return counts;
    }

    /// <summary>Adds the next row's cell.</summary>
    /// <param name="cell">The text without surrounding blanks.</param>
    public void Add(string cell)
    {
        // Once there are too many different texts, those of numbers are of no use, and reading a cell is faster than looking for it.
        var index = _index.HasMore ? -1 : _index.Find(cell);
        CellKind kind;
        double number;
        if (index >= 0)
            (kind, number) = _meanings[index];
        else
        {
            kind = Reading.Read(cell, out number);
            if (_index.HasMore)
                index = kind == CellKind.Number ? -1 : _index.Find(cell);
            if (index < 0 && (kind != CellKind.Number || !_index.HasMore) && (index = _index.Add(cell, kind)) >= 0)
                _meanings.Add((kind, number));
        }

        Count(kind, cell);
        _numbers.Add(number);
        _textIndices.Add(index);
    }

    /// <summary>Appends the rows of the same column of another file.</summary>
    public void Append(RawColumn other)
    {
        Reading.Absorb(other);
        foreach (var row in Enumerable.Range(0, other._numbers.Count))
            AddFrom(other, row);
    }

    /// <summary>An empty column like this one for cells that are numbers by their type: their decimal mark is the point.</summary>
    public RawColumn OfNumbers() => new(Name, Reading.OfNumbers());

    /// <summary>The same column under a reading that means the same.</summary>
    public RawColumn Under(ICellReading reading) => new(this, reading, _numbers);

    /// <summary>The column read in another way.</summary>
    public RawColumn ReadAs(ICellReading reading) => new(this, reading);

    /// <summary>The column of some rows alone, with the texts that occur there.</summary>
    public RawColumn Of(IReadOnlyList<int> rows)
    {
        var column = new RawColumn(Name, Reading);
        foreach (var row in rows)
            column.AddFrom(this, row);
        return column;
    }

    /// <summary>Whether another column of the same length has the same cells.</summary>
    public bool HasCellsOf(RawColumn other) =>
        Texts.SequenceEqual(other.Texts, StringComparer.Ordinal) && _textIndices.SequenceEqual(other._textIndices) && _numbers.SequenceEqual(other._numbers);

    private void AddFrom(RawColumn other, int row)
    {
        if (other._textIndices[row] is >= 0 and var text)
        {
            Add(other.Texts[text]);
            return;
        }

        Count(double.IsNaN(other._numbers[row]) ? CellKind.Text : CellKind.Number, "");
        _numbers.Add(other._numbers[row]);
        _textIndices.Add(-1);
    }

    private void Count(CellKind kind, string cell)
    {
        if (_numbers.Count % CellsAtOnce == CellsAtOnce - 1)
            ReadingScope.TakeMemory(CellsAtOnce * BytesPerCell);
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
    }
}
