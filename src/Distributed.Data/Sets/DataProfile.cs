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
    public static DataProfile Of(string source) => Directory.Exists(source) ? OfImages(source) : OfTable(source);

    private static DataProfile OfTable(string file)
    {
        if (ImageFiles.IsIdx(file)) throw new DataException("this is an IDX file and no table", "images are uploaded together with their labels");
        var table = SurveyedTables.Survey(file);
        var last = table.Columns[^1];
        return new DataProfile(table.Rows, null, [.. table.Columns.Select(ColumnProfile.Of)], null, null, last.HasMoreTexts || last.Texts.Count > DataLimits.Classes ? null : CountLabels(last));
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

/// <summary>What is in one column of a table.</summary>
/// <param name="Name">As in the header.</param>
/// <param name="IsNumeric">Whether it is a column of numbers.</param>
/// <param name="Missing">Missing cells.</param>
/// <param name="Distinct">Different texts, counted up to a bound.</param>
/// <param name="HasMore">Whether there are more.</param>
/// <param name="Minimum">Of numbers; null otherwise.</param>
/// <param name="Maximum">Of numbers; null otherwise.</param>
/// <param name="Mean">Of numbers; null otherwise.</param>
public sealed record ColumnProfile(string Name, bool IsNumeric, long Missing, int Distinct, bool HasMore, double? Minimum, double? Maximum, double? Mean)
{
    internal static ColumnProfile Of(RawColumn column)
    {
        var (count, sum, least, most) = (0L, 0.0, double.PositiveInfinity, double.NegativeInfinity);
        foreach (var number in column.Numbers)
        {
            if (double.IsNaN(number)) continue;
            (count, sum, least, most) = (count + 1, sum + number, Math.Min(least, number), Math.Max(most, number));
        }
        var numeric = count > 0 && column.Reading is ColumnReading { Use: ColumnUse.Number };
        var missing = numeric
            ? column.Numbers.Count - count
            : column.TextIndices.LongCount(text => text >= 0 && MissingMarks.Usual.InTexts(column.Texts[text]));
        return new ColumnProfile(
            column.Name, numeric, missing, column.Texts.Count, column.HasMoreTexts,
            numeric ? least : null, numeric ? most : null, numeric ? sum / count : null);
    }
}
