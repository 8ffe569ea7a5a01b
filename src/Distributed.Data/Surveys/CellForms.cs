using Distributed.Data.Tables;

namespace Distributed.Data.Surveys;

/// <summary>What a cell could be, in a column that has not decided yet.</summary>
[Flags]
internal enum CellForms
{
    /// <summary>Text.</summary>
    None = 0,

    /// <summary>A number in the notation with a decimal point.</summary>
    Point = 1 << 0,

    /// <summary>A number in the notation with a decimal comma.</summary>
    Comma = 1 << 1,

    /// <summary>A number in both, of different values, as 1,234 or 1.234.</summary>
    Ambiguous = 1 << 2,

    /// <summary>A number that needs more than digits, a sign, a decimal point and an exponent.</summary>
    Written = 1 << 3,

    /// <summary>Digits alone with a zero before them, as a code has.</summary>
    Code = 1 << 4,

    /// <summary>A date that begins with the year.</summary>
    YearFirst = 1 << 5,

    /// <summary>A date that begins with the day.</summary>
    DayFirst = 1 << 6,

    /// <summary>A date that begins with the month.</summary>
    MonthFirst = 1 << 7,

    /// <summary>A date with a time of day.</summary>
    Time = 1 << 8,

    /// <summary>A missing value, beside numbers.</summary>
    Missing = 1 << 9,

    /// <summary>A missing value, among texts too.</summary>
    MissingText = 1 << 10,
}

/// <summary>Finds the forms of a cell.</summary>
internal static class CellFormsReader
{
    /// <summary>Finds the forms of a cell without surrounding blanks.</summary>
    /// <param name="cell">The text.</param>
    /// <param name="marks">What is missing.</param>
    /// <param name="number">The number in the notation with a point; NaN where it is none.</param>
    public static CellForms Of(string cell, MissingMarks marks, out double number)
    {
        number = double.NaN;
        if (marks.AreNamed(cell))
            return CellForms.Missing | CellForms.MissingText;
        if (CellNumber.Read(cell, out number) == CellKind.Number)
            return OfPlain(cell);
        if (marks.InNumbers(cell))
            return CellForms.Missing | (marks.InTexts(cell) ? CellForms.MissingText : 0);
        var forms = CellForms.None;
        if (WrittenNumber.TryRead(cell, NumberNotation.Point, out number))
            forms |= CellForms.Point | CellForms.Written;
        if (WrittenNumber.TryRead(cell, NumberNotation.Comma, out var comma))
            forms |= CellForms.Comma | CellForms.Written;
        if ((forms & CellForms.Point) != 0 && (forms & CellForms.Comma) != 0 && !number.Equals(comma))
            forms |= CellForms.Ambiguous;
        return forms | Dates(cell);
    }

    private static CellForms OfPlain(string cell)
    {
        var point = cell.IndexOf('.', StringComparison.Ordinal);
        if (point < 0)
            return CellForms.Point | CellForms.Comma | (cell.Length > 1 && cell[0] == '0' && cell.All(char.IsAsciiDigit) ? CellForms.Code : 0);
        return cell.Length - point == 4 && WrittenNumber.TryRead(cell, NumberNotation.Comma, out _)
            ? CellForms.Point | CellForms.Comma | CellForms.Ambiguous
            : CellForms.Point;
    }

    private static CellForms Dates(string cell)
    {
        var forms = CellForms.None;
        if (WrittenDate.TryRead(cell, DateOrder.YearFirst, out _, out var time))
            forms |= CellForms.YearFirst;
        else
        {
            if (WrittenDate.TryRead(cell, DateOrder.DayFirst, out _, out time))
                forms |= CellForms.DayFirst;
            if (WrittenDate.TryRead(cell, DateOrder.MonthFirst, out _, out var timeToo))
                forms |= CellForms.MonthFirst;
            time |= timeToo;
        }

        return forms | (time ? CellForms.Time : 0);
    }
}
