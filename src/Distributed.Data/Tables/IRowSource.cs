namespace Distributed.Data.Tables;

/// <summary>A table that comes as rows of named cells, not as CSV text.</summary>
internal interface IRowSource
{
    /// <summary>The columns' names, in order.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The rows: each the cells in the order of the names, as texts; "" for one that is missing.</summary>
    /// <exception cref="DataException">The file is damaged.</exception>
    IEnumerable<IReadOnlyList<string>> Rows { get; }
}
