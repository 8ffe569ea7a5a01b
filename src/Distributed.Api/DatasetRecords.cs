using System.Text.Json;
using Distributed.Data.Sets;

namespace Distributed.Api;

/// <summary>The names of an upload's parts. They alone decide where a part is stored; file names that a client sends never become paths.</summary>
public static class DatasetParts
{
    /// <summary>A table: CSV with a header line, also gzipped.</summary>
    public const string Table = "data";

    /// <summary>IDX images to train on, also gzipped.</summary>
    public const string TrainImages = "train-images";

    /// <summary>Their IDX labels.</summary>
    public const string TrainLabels = "train-labels";

    /// <summary>IDX images to validate with; may be left out.</summary>
    public const string TestImages = "t10k-images";

    /// <summary>Their IDX labels.</summary>
    public const string TestLabels = "t10k-labels";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Table, TrainImages, TrainLabels, TestImages, TestLabels];
}

/// <summary>An uploaded data set.</summary>
/// <param name="Id">64 characters of lower-case hex: for a table the SHA-256 of its bytes as uploaded, for images that of the list of their parts' hashes.</param>
/// <param name="Name">The display name from its first upload; not unique.</param>
/// <param name="Kind"><c>table</c> or <c>images</c>.</param>
/// <param name="Bytes">As stored.</param>
/// <param name="UploadedAt">When its first upload ended (UTC).</param>
/// <param name="Parts">The uploaded parts.</param>
public sealed record Dataset(string Id, string Name, string Kind, long Bytes, DateTimeOffset UploadedAt, IReadOnlyList<DatasetPart> Parts);

/// <summary>One part of an uploaded data set.</summary>
/// <param name="Name">One of <see cref="DatasetParts"/>.</param>
/// <param name="Bytes">As stored.</param>
/// <param name="Sha256">Of the bytes as uploaded.</param>
public sealed record DatasetPart(string Name, long Bytes, string Sha256);

/// <summary>Every uploaded data set, newest first.</summary>
public sealed record DatasetList(IReadOnlyList<Dataset> Datasets);

/// <summary>The contents of a data set, before encoding.</summary>
public sealed record DatasetDescription
{
    /// <summary>The data set.</summary>
    public required Dataset Dataset { get; init; }

    /// <summary>Rows of the table, or images to train on.</summary>
    public required long Rows { get; init; }

    /// <summary>Images to validate with; null for a table, or without any.</summary>
    public long? TestRows { get; init; }

    /// <summary>A table's columns in the order of its header; null for images.</summary>
    public IReadOnlyList<ColumnDescription>? Columns { get; init; }

    /// <summary>An image's width in pixels; null for a table.</summary>
    public int? Width { get; init; }

    /// <summary>An image's height in pixels; null for a table.</summary>
    public int? Height { get; init; }

    /// <summary>How often each class occurs, by its label: of images, or of a table's last column when its values can be classes.</summary>
    public IReadOnlyDictionary<string, long>? ClassCounts { get; init; }

    /// <summary>Remarks about how a table is written, such as its encoding.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Jobs that learn from it and have not been deleted.</summary>
    public IReadOnlyList<string> UsedBy { get; init; } = [];
}

/// <summary>One column of a table.</summary>
/// <param name="Name">As in the header.</param>
/// <param name="Type"><c>number</c> when every cell that is not empty is one, otherwise <c>text</c>.</param>
/// <param name="Missing">Empty cells.</param>
/// <param name="Distinct">Different texts; counted up to a bound, see <paramref name="DistinctIsBound"/>.</param>
/// <param name="DistinctIsBound">Whether there may be more different texts than were counted.</param>
/// <param name="Minimum">Of a column of numbers.</param>
/// <param name="Maximum">Of a column of numbers.</param>
/// <param name="Mean">Of a column of numbers.</param>
public sealed record ColumnDescription(
    string Name, string Type, long Missing, int Distinct, bool DistinctIsBound, double? Minimum, double? Maximum, double? Mean)
{
    /// <summary>What it is taken for to learn from: number, flag, category, date; or identifier, index, constant, empty, which are left out.</summary>
    public string? Role { get; init; }

    /// <summary>Why, and the setting that takes it for something else.</summary>
    public string? Why { get; init; }

    /// <summary>Describes a column.</summary>
    /// <param name="column">What was found in it.</param>
    /// <param name="word">What a setting is called, by its name.</param>
    public static ColumnDescription Of(ColumnProfile column, Func<string, string> word)
    {
        ArgumentNullException.ThrowIfNull(column);
        return new ColumnDescription(
            column.Name, column.IsNumeric ? "number" : "text", column.Missing, column.Distinct, column.HasMore, column.Minimum, column.Maximum, column.Mean)
        {
            Role = JsonNamingPolicy.CamelCase.ConvertName(column.Role.ToString()),
            Why = column.Why.Say(word),
        };
    }
}
