using Distributed.Data.Tables;

namespace Distributed.Data.Encodings;

/// <summary>Which data to learn from and how to read it.</summary>
public sealed record DataSettings
{
    /// <summary>
    /// A built-in data set's name (<c>DataSets.BuiltInNames</c>), a CSV file with a header line, an IDX images file, or a
    /// folder that holds IDX files; - for standard input. Also gzipped. A built-in name wins over a file of the same name; write <c>./digits</c> for the file.
    /// </summary>
    public required string Source { get; init; }

    /// <summary>The target column of a table; null: the last column. Not used with images.</summary>
    public string? Target { get; init; }

    /// <summary>The task; null: decided from the target column.</summary>
    public TaskKind? Task { get; init; }

    /// <summary>
    /// The validation part: a fraction in [0, 0.9] of the source's rows, or the path of a separate file (or IDX images file) of
    /// the same form. Null: the folder's <c>t10k</c> files if there are any, otherwise 0.2.
    /// </summary>
    public string? Validation { get; init; }

    /// <summary>
    /// The column of a table whose equal cells keep rows together on one side of the split, such as a patient; it is no input. Null: rows are
    /// drawn one by one. Rules from version 3 on.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>The column of numbers or dates whose latest rows are held back for validation; null: rows are drawn. Rules from version 3 on.</summary>
    public string? Order { get; init; }

    /// <summary>
    /// The column of a table that says how much each row counts in the loss: 0 (left out) or above; it is no input. Null: each counts 1. Rules
    /// from version 3 on.
    /// </summary>
    public string? Weight { get; init; }

    /// <summary>Columns of a table that are left out, for example identifiers.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Columns of a table that are read as text (one-hot) even when their cells look like numbers, for example codes.</summary>
    public IReadOnlyList<string> Text { get; init; } = [];

    /// <summary>
    /// The version of the rules by which the data is read, encoded and split. Null, as in jobs stored before there were versions: 1. A new job
    /// takes <see cref="NewestRules"/>; one that is stored keeps its own, since it reads its data again.
    /// </summary>
    public int? Rules { get; init; }

    /// <summary>How a table is written, where the settings say it; null: found out. Rules from version 3 on.</summary>
    public TableFormat? Format { get; init; }

    /// <summary>The newest version of the rules.</summary>
    public static int NewestRules => DataRules.Newest.Version;

    /// <summary>Decides the split (and the rows of generated data sets).</summary>
    public ulong Seed { get; init; }
}
