using System.Globalization;
using Distributed.Data.Tables;

namespace Distributed.Data.Encodings;

/// <summary>Decides what a table's target column means: the task, the classes, or the mean and scale of a value.</summary>
internal static class TargetFit
{
    /// <summary>By default, a column of whole numbers with at most this many distinct values is a column of classes.</summary>
    public const int MostNumericClasses = 20;

    /// <summary>
    /// The task of a target of whole numbers: classes, when there are at most <see cref="MostNumericClasses"/> different ones and each occurs
    /// at least twice on average.
    /// </summary>
    /// <param name="name">The target column.</param>
    /// <param name="different">How many different numbers it holds.</param>
    /// <param name="hasMore">Whether it holds more than that.</param>
    /// <param name="rows">How many rows.</param>
    public static SuggestedTask OfWholeNumbers(string name, int different, bool hasMore, int rows)
    {
        var holds = string.Create(
            CultureInfo.InvariantCulture, $"the target {CellNumber.Quoted(name)} holds {(hasMore ? "more than " : "")}{different} different whole numbers");
        if (hasMore || different > MostNumericClasses)
            return new SuggestedTask(TaskKind.Regress, $"regression, because {holds} (up to {MostNumericClasses} are classes)");
        return different * 2 > rows
            ? new SuggestedTask(TaskKind.Regress, $"regression, because {holds} in {rows} rows (classes occur twice or more on average)")
            : new SuggestedTask(TaskKind.Classify, $"classification, because {holds} (up to {MostNumericClasses} are classes)");
    }

    /// <summary>The classes of a target column, over all rows of the table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="target">Its target column.</param>
    /// <param name="names">The classes' names, each once.</param>
    /// <exception cref="DataException">There is one class only, or there are too many.</exception>
    public static TargetEncoding Classes(RawTable table, RawColumn target, IReadOnlyList<string> names)
    {
        if (target.HasMoreTexts || names.Count > DataLimits.Classes)
            throw new DataException(
                $"the target has more than {DataLimits.Classes} classes", "choose another target column, or the task regress for numbers",
                table.File, column: target.Name);
        if (names.Count == 1)
            throw new DataException(
                $"all rows have the same class {CellNumber.Quoted(names[0])}", "at least two classes are needed", table.File,
                column: target.Name);
        if (names.Count == table.Rows && table.Rows > 2)
            throw new DataException(
                $"the target is different in each of the {table.Rows} rows, like an identifier", "choose another target column", table.File,
                column: target.Name);
        return new TargetEncoding { Name = target.Name, Task = TaskKind.Classify, Classes = Ordered(names) };
    }

    /// <summary>The mean and scale of a target that is a value, over the training rows.</summary>
    /// <exception cref="DataException">A cell is not a number, or all are equal.</exception>
    public static TargetEncoding Value(RawTable table, RawColumn target, ReadOnlySpan<int> training)
    {
        if (target.FirstNotNumber is { } bad)
            throw table.Error(
                CellNumber.Problem(bad.Cell), "a regression target needs a number in each row; or choose the task classify", bad.Row, target.Name);
        return ColumnStatistics.Of(target.Numbers, training) is { } statistics
            ? new TargetEncoding
            {
                Name = target.Name,
                Task = TaskKind.Regress,
                Mean = statistics.Mean,
                Scale = statistics.Scale,
                Notation = target.Reading is ColumnReading { Notation: NumberNotation.Comma } ? NumberNotation.Comma : null,
            }
            : throw new DataException(
                "the target has the same value in all rows to learn from", "a target that varies is needed", table.File, column: target.Name);
    }

    /// <summary>The values of some rows, as rules from version 3 on encode them: none is too far away.</summary>
    public static float[] Values(RawColumn target, TargetEncoding encoding, int[] rows)
    {
        var reach = NumberTolerance.Farthest * encoding.Scale;
        return Array.ConvertAll(
            rows, row => (float)((Math.Clamp(target.Numbers[row], encoding.Mean - reach, encoding.Mean + reach) - encoding.Mean) / encoding.Scale));
    }

    /// <summary>The class of each row.</summary>
    /// <exception cref="DataException">A row's label is not a class.</exception>
    public static int[] Labels(RawTable table, RawColumn target, TargetEncoding encoding, ILabelRules rules)
    {
        var ofText = rules.ClassOfTexts(target, encoding.Classes);
        var labels = new int[table.Rows];
        for (var row = 0; row < labels.Length; row++)
        {
            var index = target.TextIndices[row];
            if (index < 0)
                throw table.Error($"the column holds more than {RawColumn.MostTexts} different labels", "write each label in one way", row, target.Name);
            labels[row] = ofText[index];
            if (labels[row] < 0)
                throw table.Error(
                    target.Texts[index].Length == 0 ? "the label is empty" : $"{CellNumber.Quoted(target.Texts[index])} is not a class",
                    "the classes are " + RawTable.List(encoding.Classes), row, target.Name);
        }

        return labels;
    }

    private static string[] Ordered(IReadOnlyList<string> texts)
    {
        var numbered = texts.Select(text => (Text: text, Kind: CellNumber.Read(text, out var number), Number: number)).ToList();
        return numbered.TrueForAll(item => item.Kind == CellKind.Number)
            ? [.. numbered.OrderBy(item => item.Number).ThenBy(item => item.Text, StringComparer.Ordinal).Select(item => item.Text)]
            : [.. texts.Order(StringComparer.Ordinal)];
    }
}
