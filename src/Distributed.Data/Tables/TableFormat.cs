namespace Distributed.Data.Tables;

/// <summary>What a column of a table is taken for.</summary>
public enum ColumnUse
{
    /// <summary>A number; what cannot be read as one is missing.</summary>
    Number = 0,

    /// <summary>A text out of a list.</summary>
    Category = 1,

    /// <summary>A date, with or without a time of day.</summary>
    Date = 2,

    /// <summary>Not read.</summary>
    Ignore = 3,
}

/// <summary>How a table is written. Null members are found out from the table itself; given ones settle doubt.</summary>
public sealed record TableFormat
{
    /// <summary>The delimiter: one character.</summary>
    public string? Delimiter { get; init; }

    /// <summary>The mark before the decimals, in all columns of numbers.</summary>
    public NumberNotation? Decimal { get; init; }

    /// <summary>The characters' encoding, by its IANA name: utf-8, utf-16, windows-1252, …</summary>
    public string? Encoding { get; init; }

    /// <summary>True: the first line is data, and the columns are called c1, c2, …</summary>
    public bool? NoHeader { get; init; }

    /// <summary>The sheet of a workbook, by its name or its number from 1; null: the first. Means nothing in other files.</summary>
    public string? Sheet { get; init; }

    /// <summary>Cells that mean "missing", besides the usual ones.</summary>
    public IReadOnlyList<string>? Missing { get; init; }

    /// <summary>What columns are taken for, by name.</summary>
    public IReadOnlyDictionary<string, ColumnUse>? Columns { get; init; }

    /// <summary>Whether there is an encoding of a name.</summary>
    /// <param name="name">As of <see cref="Encoding"/>.</param>
    public static bool KnowsEncoding(string name) => TextEncoding.Find(name) is not null;
}
