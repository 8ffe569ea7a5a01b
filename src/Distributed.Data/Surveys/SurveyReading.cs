using System.Numerics;
using Distributed.Data.Tables;

namespace Distributed.Data.Surveys;

/// <summary>
/// Reads the cells of one column that has not decided yet what it holds: as numbers with a decimal point, and counts what else they could be.
/// </summary>
/// <param name="marks">What is missing.</param>
internal sealed class SurveyReading(MissingMarks marks) : ICellReading
{
    private readonly FormCounts _read = new();

    /// <summary>What is missing.</summary>
    public MissingMarks Marks => marks;

    /// <summary>Whether the cells are numbers by their type: a column of numbers with a decimal point.</summary>
    public bool AreNumbers { get; private init; }

    /// <inheritdoc/>
    public ICellReading OfNumbers() => new SurveyReading(Marks) { AreNumbers = true };

    /// <inheritdoc/>
    public CellKind Read(string cell, out double number)
    {
        var forms = CellFormsReader.Of(cell, marks, out number);
        _read.Add(forms, 1);
        return (forms & CellForms.Point) != 0 ? CellKind.Number : (forms & CellForms.Missing) != 0 ? CellKind.MissingWord : CellKind.Text;
    }

    /// <inheritdoc/>
    public ITextIndex NewIndex() => new ColumnReading(ColumnUse.Number, NumberNotation.Point, DateOrder.YearFirst, marks).NewIndex();

    /// <inheritdoc/>
    /// <remarks>Takes over what the other reading counted of cells whose texts were not kept; the others are read again.</remarks>
    public void Absorb(RawColumn other)
    {
        if (other.Reading is not SurveyReading reading)
            return;
        _read.Add(reading._read, 1);
        foreach (var text in other.Texts)
            _read.Add(CellFormsReader.Of(text, marks, out _), -1);
    }

    /// <summary>Counts the forms of a column's cells: those of kept texts as often as they occur, the others as often as they were read.</summary>
    public FormCounts Count(RawColumn column)
    {
        var counts = new FormCounts();
        counts.Add(_read, 1);
        var times = column.CountTexts();
        for (var text = 0; text < times.Length; text++)
            counts.Add(CellFormsReader.Of(column.Texts[text], marks, out _), times[text] - 1);
        return counts;
    }
}

/// <summary>How many cells have each form.</summary>
internal sealed class FormCounts
{
    private readonly long[] _counts = new long[BitOperations.Log2((uint)CellForms.MissingText) + 1];

    /// <summary>All cells.</summary>
    public long Cells { get; private set; }

    /// <summary>Cells without a form.</summary>
    public long Texts { get; private set; }

    /// <summary>Cells of a form.</summary>
    public long this[CellForms form] => _counts[BitOperations.Log2((uint)form)];

    /// <summary>Adds some cells of the same forms.</summary>
    public void Add(CellForms forms, long times)
    {
        Cells += times;
        Texts += forms == CellForms.None ? times : 0;
        for (var rest = (uint)forms; rest != 0; rest &= rest - 1)
            _counts[BitOperations.TrailingZeroCount(rest)] += times;
    }

    /// <summary>Adds other counts.</summary>
    public void Add(FormCounts other, long times)
    {
        Cells += other.Cells * times;
        Texts += other.Texts * times;
        for (var form = 0; form < _counts.Length; form++)
            _counts[form] += other._counts[form] * times;
    }
}
