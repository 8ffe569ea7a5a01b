namespace Distributed.Data.Tables;

/// <summary>Something that can be read as a table, more than once.</summary>
internal interface ITableSource
{
    /// <summary>What messages call it.</summary>
    string Name { get; }

    /// <summary>Remarks for the user, after a reading.</summary>
    IReadOnlyList<DataNote> Notes { get; }

    /// <summary>Reads the table.</summary>
    /// <param name="plan">What is read of it.</param>
    /// <exception cref="DataException">It cannot be read as a table.</exception>
    RawTable Read(CsvPlan plan);
}
