namespace Distributed.Learning.Data;

/// <summary>Decides what a table's target column means: the task, the classes, or the mean and scale of a value.</summary>
internal static class TargetFit
{
    /// <summary>A column of whole numbers with at most this many different ones is taken as classes when nothing else is said.</summary>
    public const int MostNumericClasses = 20;

    /// <summary>The task that the target column suggests.</summary>
    /// <remarks>
    /// Text means classes. So do whole numbers, when there are at most <see cref="MostNumericClasses"/> different ones and each occurs
    /// at least twice on average. Everything else is a value.
    /// </remarks>
    public static TaskKind InferTask(RawColumn target)
    {
        if (!target.LooksNumeric)
            return TaskKind.Classify;
        var wholeNumbers = target.FirstNotNumber is null && target.Numbers.All(number => Math.Floor(number) == number);
        return wholeNumbers && target.Texts.Count <= MostNumericClasses && !target.HasMoreTexts
            && target.Texts.Count * 2 <= target.Numbers.Count
            ? TaskKind.Classify
            : TaskKind.Regress;
    }

    /// <summary>The classes of a target column, over all rows of the table.</summary>
    /// <exception cref="DataException">A label is missing, there is one class only, or there are too many.</exception>
    public static TargetEncoding Classes(RawTable table, RawColumn target)
    {
        if (target.FirstEmpty is { } empty)
            throw table.Error("the label is empty", "write the class, or remove the row", empty, target.Name);
        if (target.HasMoreTexts || target.Texts.Count > DataLimits.Classes)
            throw new DataException(
                $"the target has more than {DataLimits.Classes} classes", "choose another target column, or the task regress for numbers",
                table.File, column: target.Name);
        if (target.Texts.Count == 1)
            throw new DataException(
                $"all rows have the same class {CellNumber.Quoted(target.Texts[0])}", "at least two classes are needed", table.File,
                column: target.Name);
        if (target.Texts.Count == table.Rows && table.Rows > 2)
            throw new DataException(
                $"the target is different in each of the {table.Rows} rows, like an identifier", "choose another target column", table.File,
                column: target.Name);
        return new TargetEncoding { Name = target.Name, Task = TaskKind.Classify, Classes = Ordered(target.Texts) };
    }

    /// <summary>The mean and scale of a target that is a value, over the training rows.</summary>
    /// <exception cref="DataException">A cell is not a number, or all are equal.</exception>
    public static TargetEncoding Value(RawTable table, RawColumn target, ReadOnlySpan<int> training)
    {
        if (target.FirstNotNumber is { } bad)
            throw table.Error(
                CellNumber.Problem(bad.Cell), "a regression target needs a number in each row; or choose the task classify", bad.Row, target.Name);
        return ColumnStatistics.Of(target.Numbers, training) is { } statistics
            ? new TargetEncoding { Name = target.Name, Task = TaskKind.Regress, Mean = statistics.Mean, Scale = statistics.Scale }
            : throw new DataException(
                "the target has the same value in all rows to learn from", "a target that varies is needed", table.File, column: target.Name);
    }

    /// <summary>The class of each row.</summary>
    /// <exception cref="DataException">A row's label is not a class.</exception>
    public static int[] Labels(RawTable table, RawColumn target, TargetEncoding encoding)
    {
        var classOf = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var c = 0; c < encoding.Classes.Count; c++)
            classOf.Add(encoding.Classes[c], c);
        var ofText = target.Texts.Select(text => classOf.GetValueOrDefault(text, -1)).ToArray();
        var labels = new int[table.Rows];
        for (var row = 0; row < labels.Length; row++)
        {
            // Beyond RawColumn.MostTexts texts have no index; an unknown one came before.
            var index = target.TextIndices[row];
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
