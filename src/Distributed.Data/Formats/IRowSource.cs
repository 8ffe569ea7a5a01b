namespace Distributed.Data.Formats;

/// <summary>A table that comes as rows of named cells, not as CSV text.</summary>
internal interface IRowSource
{
    /// <summary>The columns, in order.</summary>
    IReadOnlyList<SourceColumn> Columns { get; }

    /// <summary>Remarks for the user.</summary>
    IReadOnlyList<DataNote> Notes => [];

    /// <summary>The rows: each the cells in the order of the columns, as texts; "" for one that is missing. A row is valid until the next.</summary>
    /// <exception cref="DataException">The file is damaged.</exception>
    IEnumerable<SourceRow> Rows { get; }
}

/// <summary>A table that comes column by column, in parts of some rows.</summary>
internal interface IColumnSource
{
    /// <summary>The columns, in order.</summary>
    IReadOnlyList<SourceColumn> Columns { get; }

    /// <summary>Remarks for the user.</summary>
    IReadOnlyList<DataNote> Notes { get; }

    /// <summary>The parts behind one another. A part is valid until the next.</summary>
    /// <exception cref="DataException">The file is damaged.</exception>
    IEnumerable<IColumnPart> Parts { get; }
}

/// <summary>Some consecutive rows of a table that comes column by column.</summary>
internal interface IColumnPart
{
    /// <summary>How many.</summary>
    int Rows { get; }

    /// <summary>The cells of a column, as texts; "" for one that is missing.</summary>
    /// <param name="column">Its place among the source's columns.</param>
    /// <exception cref="DataException">The file is damaged, or the column holds no cells.</exception>
    IEnumerable<string> Cells(int column);
}

/// <summary>A column of a source.</summary>
/// <param name="Name">Its name.</param>
/// <param name="HoldsNumbers">Whether its cells are numbers by their type: texts with a decimal point, in every table.</param>
internal readonly record struct SourceColumn(string Name, bool HoldsNumbers);

/// <summary>A row of a source.</summary>
/// <param name="Line">What messages call the row.</param>
/// <param name="Cells">In the order of the columns.</param>
internal readonly record struct SourceRow(int Line, IReadOnlyList<string> Cells);
