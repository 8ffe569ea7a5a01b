namespace Distributed.Data.Tables;

/// <summary>Which mark stands before the decimals of a column's numbers.</summary>
public enum NumberNotation
{
    /// <summary>1,234.5: a point before the decimals; groups of three digits may stand apart by commas, blanks or apostrophes.</summary>
    Point = 0,

    /// <summary>1.234,5: a comma before the decimals; groups of three digits may stand apart by points, blanks or apostrophes.</summary>
    Comma = 1,
}
