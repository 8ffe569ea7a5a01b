namespace Distributed.Data.Tables;

/// <summary>What is read of a table's text.</summary>
/// <param name="File">What messages call it.</param>
/// <param name="Header">How the first line names the columns.</param>
/// <param name="Select">Given the header's names: which columns to keep.</param>
internal sealed record CsvPlan(string File, IHeaderRules Header, Func<IReadOnlyList<string>, IReadOnlyList<bool>> Select)
{
    /// <summary>False: the first line is data, and the columns are c1, c2, ….</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>Whether a line that begins with # and does not have the header's cells is a comment.</summary>
    public bool SkipsComments { get; init; }

    /// <summary>Whether all cells are read to find out what the columns hold; otherwise the columns are known.</summary>
    public bool IsSurvey { get; init; }

    /// <summary>What a table without rows lacks.</summary>
    public string AdviceWithoutRows { get; init; } = "at least 2 rows are needed to learn from";

    /// <summary>Makes the column of a name.</summary>
    public Func<string, RawColumn> NewColumn { get; init; } = name => new RawColumn(name);
}
