using Distributed.Data.Compressed;
using Distributed.Data.Encodings;
using Distributed.Data.Images;
using Distributed.Data.Tables;

namespace Distributed.Data.Sets;

/// <summary>Describes a data set before encoding, for the display of an upload.</summary>
/// <param name="Rows">Rows of a table, or images to train on.</param>
/// <param name="TestRows">Images to validate with; null for a table, or without any.</param>
/// <param name="Columns">A table's columns; empty for images.</param>
/// <param name="Width">An image's width in pixels; null for a table.</param>
/// <param name="Height">An image's height in pixels; null for a table.</param>
/// <param name="ClassCounts">How often each label occurs: of images, or of a table's last column when its values can be classes; null otherwise.</param>
public sealed record DataProfile(
    long Rows, long? TestRows, IReadOnlyList<ColumnProfile> Columns, int? Width, int? Height, IReadOnlyDictionary<string, long>? ClassCounts)
{
    /// <summary>Reads a whole source.</summary>
    /// <param name="source">A CSV file, or a folder of IDX files.</param>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static DataProfile Of(string source) => Directory.Exists(source) ? OfImages(source) : ParsedTable.Of(source).Profile;

    /// <summary>Reads a whole table.</summary>
    /// <param name="source">A file, a pattern that matches several, or - for standard input.</param>
    /// <param name="format">How it is written; null: found out.</param>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static DataProfile OfTable(string source, TableFormat? format) => Spool.Through(source, path => ParsedTable.Of(path, format).Profile);

    /// <summary>Remarks about the file, such as its encoding.</summary>
    public IReadOnlyList<DataNote> Notes { get; init; } = [];

    /// <summary>Describes a table.</summary>
    /// <param name="table">Each column read as it holds.</param>
    /// <param name="notes">Remarks about each column.</param>
    /// <param name="format">What is said about the table.</param>
    /// <param name="read">Remarks about the file.</param>
    internal static DataProfile Of(RawTable table, IReadOnlyList<IReadOnlyList<DataNote>> notes, TableFormat format, IReadOnlyList<DataNote> read)
    {
        var last = table.Columns[^1];
        return new DataProfile(
            table.Rows, null, [.. table.Columns.Zip(notes, (column, told) => ColumnProfile.Of(table, column, told, format))], null, null,
            last.HasMoreTexts || last.Texts.Count > DataLimits.Classes ? null : CountLabels(last))
        {
            Notes = read,
        };
    }

    private static DataProfile OfImages(string folder)
    {
        var images = ImageFiles.ReadLabelled(ImageFiles.FindIn(folder, "train") ?? throw new DataException("there are no images to train on"));
        var test = ImageFiles.FindIn(folder, "t10k") is { } path ? ImageFiles.ReadLabelled(path) : null;
        if (test is not null && (test.Width, test.Height) != (images.Width, images.Height))
            throw new DataException($"the images to validate with are {test.Width} × {test.Height} pixels, those to train on {images.Width} × {images.Height}", "one size is needed");
        var counts = new SortedDictionary<int, long>();
        foreach (var label in images.Labels) counts[label] = counts.GetValueOrDefault(label) + 1;
        return new DataProfile(
            images.Count, test?.Count, [], images.Width, images.Height,
            counts.ToDictionary(pair => pair.Key.ToString(System.Globalization.CultureInfo.InvariantCulture), pair => pair.Value));
    }

    private static Dictionary<string, long> CountLabels(RawColumn column)
    {
        var names = DataRules.Newest.Labels.NameTexts(column);
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var index in column.TextIndices)
            if (!MissingMarks.Usual.InTexts(column.Texts[index])) counts[names[index]] = counts.GetValueOrDefault(names[index]) + 1;
        return new Dictionary<string, long>(counts);
    }
}
