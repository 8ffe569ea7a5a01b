namespace Distributed.Data.Encodings;

/// <summary>What the parts of an encoding that rules from version 3 on bring must fulfil.</summary>
internal static class ToleranceRules
{
    /// <summary>The error in a column; null when it is valid.</summary>
    public static string? Check(ColumnEncoding column)
    {
        if ((column.Kind == ColumnKind.Date) != column.Dates is not null || (column.Kind == ColumnKind.Date && column.Tolerance is null))
            return "lacks how its dates are read, or has it without dates";
        if (column.Kind == ColumnKind.Text ? column.Tolerance is not null : column.Others is not null)
            return "has parts of another kind of column";
        if (column is { Kind: ColumnKind.Date, Tolerance.IsLogarithmic: true })
            return "has the logarithm of a date";
        return Check(column.Tolerance) ?? Check(column.Others, column.Categories.Count) ?? Check(column.Dates);
    }

    private static string? Check(NumberTolerance? tolerance)
    {
        if (tolerance is null)
            return null;
        if (!Enum.IsDefined(tolerance.Notation))
            return "has an unknown notation";
        if (tolerance.IsLogarithmic && !(tolerance.Lowest > 0))
            return "needs a lowest number above 0 for its logarithm";
        return double.IsFinite(tolerance.Lowest) && double.IsFinite(tolerance.Highest)
            && tolerance.Lowest <= tolerance.Median && tolerance.Median <= tolerance.Highest
            ? null
            : "needs finite bounds with the median between them";
    }

    private static string? Check(OtherTexts? others, int categories)
    {
        if (others is null)
            return null;
        if (others.Shares is null || others.Shares.Count != (others.HasInput ? 0 : categories))
            return "needs an input for other texts, or a share of each category";
        return others.Shares.All(share => share is >= 0 and <= 1) ? null : "needs shares from 0 to 1";
    }

    private static string? Check(DateParts? dates)
    {
        if (dates is null)
            return null;
        return Enum.IsDefined(dates.Order) && double.IsFinite(dates.YearMean) && double.IsFinite(dates.YearScale) && dates.YearScale > 0
            ? null
            : "needs a known order of a date's parts, a finite mean of the years, and their scale above 0";
    }
}
