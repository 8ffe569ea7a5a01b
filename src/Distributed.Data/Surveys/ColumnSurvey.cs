using System.Globalization;
using Distributed.Data.Tables;

namespace Distributed.Data.Surveys;

/// <summary>
/// Decides what one column holds, from all of its cells.
/// </summary>
/// <remarks>
/// <para>Date: each cell that is not missing is one, in one order of parts.</para>
/// <para>
/// Number: each cell that is not missing is one; or all but at most 5 %, or all but a single word, beside more than 20 different numbers: the
/// others are missing. A column of digits of which some begin with a zero is a code and so a category.
/// </para>
/// <para>Category: everything else.</para>
/// </remarks>
internal sealed class ColumnSurvey
{
    private const int MostNumbersOfACode = 20;
    private const double MostStrangers = 0.05;
    private const int MostInNote = 5;

    private readonly RawColumn _column;
    private readonly SurveyReading _reading;
    private readonly FormCounts _counts;

    /// <summary>Surveys a column.</summary>
    /// <param name="column">Read by a <see cref="SurveyReading"/>.</param>
    public ColumnSurvey(RawColumn column)
    {
        (_column, _reading) = (column, (SurveyReading)column.Reading);
        _counts = _reading.Count(column);
    }

    /// <summary>What the column holds.</summary>
    public ColumnUse Use { get; private set; }

    /// <summary>Remarks for the user.</summary>
    public List<DataNote> Notes { get; } = [];

    /// <summary>Whether cells are numbers with a decimal comma and no other ones.</summary>
    public bool HasDecimalCommas => _counts[CellForms.Comma] > _counts[CellForms.Point];

    /// <summary>Whether cells are numbers with a decimal point and no other ones.</summary>
    public bool HasDecimalPoints => _counts[CellForms.Point] > _counts[CellForms.Comma];

    private long Present => _counts.Cells - _counts[CellForms.Missing];

    private string Title => $"column {CellNumber.Quoted(_column.Name)}";

    /// <summary>Decides.</summary>
    /// <param name="given">What the settings take the column for; null: find out.</param>
    /// <param name="isTarget">Whether it is the target, whose 00 and 0 are one number and no codes.</param>
    /// <param name="decimalMark">The settings' notation; null: find out.</param>
    /// <param name="usual">The notation of columns that could be either.</param>
    public ColumnReading Decide(ColumnUse? given, bool isTarget, NumberNotation? decimalMark, UsualNotation usual)
    {
        if (_reading.AreNumbers)
            (decimalMark, given) = (NumberNotation.Point, given ?? ColumnUse.Number);
        var notation = decimalMark ?? (HasDecimalCommas ? NumberNotation.Comma : HasDecimalPoints ? NumberNotation.Point : usual.Notation);
        var numbers = _counts[notation == NumberNotation.Point ? CellForms.Point : CellForms.Comma];
        var order = OrderOf();
        Use = given ?? (
            order is not null && !isTarget ? ColumnUse.Date
            : numbers > 0 && IsNumber(numbers, notation) && (isTarget || !IsCode(numbers)) ? ColumnUse.Number
            : ColumnUse.Category);
        if (Use == ColumnUse.Number)
            TellNumber(numbers, notation, usual);
        else if (Use == ColumnUse.Category && given is null && numbers > 0 && !isTarget)
            Notes.Add(new DataNote(
                $"{Title} is read as categories, because {(numbers == Present ? "codes begin with a zero" : "it holds texts beside numbers")}",
                SettingHint.Column(_column.Name, "number", "reads the numbers")));
        return new ColumnReading(Use, notation, order ?? DateOrder.YearFirst, _reading.Marks);
    }

    private bool IsNumber(long numbers, NumberNotation notation)
    {
        var strangers = Present - numbers;
        if (strangers == 0)
            return true;
        if (DifferentNumbers() <= MostNumbersOfACode)
            return false;
        return strangers <= Present * MostStrangers || Strangers(notation).Count() == 1;
    }

    private bool IsCode(long numbers) => _counts[CellForms.Code] > 0 && numbers == Present && OnlyDigits();

    private bool OnlyDigits() => !_column.Texts.Where((_, text) => _column.KindOf(text) == CellKind.Number).Any(text => !text.All(char.IsAsciiDigit));

    private int DifferentNumbers() => _column.HasMoreTexts ? RawColumn.MostTexts : Enumerable.Range(0, _column.Texts.Count).Count(IsAnyNumber);

    private bool IsAnyNumber(int text) => (CellFormsReader.Of(_column.Texts[text], _reading.Marks, out _) & (CellForms.Point | CellForms.Comma)) != 0;

    private IEnumerable<string> Strangers(NumberNotation notation)
    {
        var form = notation == NumberNotation.Point ? CellForms.Point : CellForms.Comma;
        return _column.Texts.Where(text => (CellFormsReader.Of(text, _reading.Marks, out _) & (form | CellForms.Missing)) == 0);
    }

    /// <summary>The order of parts in which every cell is a date; null when there is none.</summary>
    private DateOrder? OrderOf()
    {
        if (Present == 0)
            return null;
        if (_counts[CellForms.YearFirst] == Present)
            return DateOrder.YearFirst;
        var (day, month) = (_counts[CellForms.DayFirst] == Present, _counts[CellForms.MonthFirst] == Present);
        if (!day && !month)
            return null;
        if (day && month)
            Notes.Add(new DataNote($"{Title} holds dates that could begin with the day or the month: {(ReadsPoints() ? "the day" : "the month")} is taken"));
        return day && (!month || ReadsPoints()) ? DateOrder.DayFirst : DateOrder.MonthFirst;
    }

    /// <summary>31.12. is written with points, 12/31 with slashes.</summary>
    private bool ReadsPoints() => !_column.Texts.Any(text => text.Contains('/', StringComparison.Ordinal));

    private void TellNumber(long numbers, NumberNotation notation, UsualNotation usual)
    {
        var strangers = Present - numbers;
        if (strangers > 0)
        {
            var words = Strangers(notation).Take(MostInNote + 1).Select(CellNumber.Quoted).ToArray();
            Notes.Add(new DataNote(
                $"{Title} holds numbers, and {strangers} cells that are none count as missing: {string.Join(", ", words.Take(MostInNote))}{(words.Length > MostInNote ? ", …" : "")}",
                SettingHint.Column(_column.Name, "category", "reads all as texts")));
        }

        if (_counts[CellForms.Written] == 0 && notation == NumberNotation.Point)
            return;
        var example = _column.Texts.FirstOrDefault(text => (CellFormsReader.Of(text, _reading.Marks, out _) & CellForms.Written) != 0) ?? _column.Texts[0];
        if (!new ColumnReading(ColumnUse.Number, notation, DateOrder.YearFirst, _reading.Marks).Read(example, out var number).Equals(CellKind.Number))
            return;
        var doubt = !usual.IsSure && _counts[CellForms.Ambiguous] > 0 && !HasDecimalCommas && !HasDecimalPoints;
        Notes.Add(new DataNote(
            string.Create(CultureInfo.InvariantCulture, $"{Title} is read as numbers: {CellNumber.Quoted(example)} is {number}"),
            doubt ? new SettingHint("decimal", notation == NumberNotation.Point ? "comma" : "point", "reads it otherwise") : null));
    }
}
