using Distributed.Data.Encodings;
using Distributed.Data.Tables;

namespace Distributed.Data.Fitting;

/// <summary>Writes a table's rows as network inputs, as an encoding says.</summary>
internal static class TableRows
{
    /// <summary>Encodes some rows.</summary>
    /// <param name="table">The table; has every column of the encoding, in any order.</param>
    /// <param name="columns">The columns in the order of their inputs.</param>
    /// <param name="rows">Which rows, in the order of the result.</param>
    /// <param name="isStrict">Whether columns refuse what they tolerate otherwise.</param>
    /// <returns>[rows × inputs], row-major.</returns>
    /// <exception cref="DataException">A column is missing, or a cell does not fit its column.</exception>
    public static float[] Encode(RawTable table, IReadOnlyList<ColumnEncoding> columns, ReadOnlySpan<int> rows, bool isStrict = false)
    {
        var inputs = columns.Sum(column => column.Inputs);
        if ((long)rows.Length * inputs > DataLimits.Values)
            throw new DataException($"{rows.Length} rows of {inputs} inputs do not fit into memory", "take a sample of the rows", table.File);
        var features = new float[rows.Length * inputs];
        var offset = 0;
        foreach (var column in columns)
        {
            var raw = table.Find(column.Name)
                ?? throw new DataException(
                    "the file lacks this column", "its columns are " + RawTable.List(table.Names), table.File, 1, column.Name);
            if (isStrict && column.IsTolerant)
                CheckStrictly(table, raw, column, rows);
            if (column.Others is not null)
                WriteAnyTexts(raw, column, rows, features.AsSpan(offset), inputs);
            else if (column.Tolerance is not null)
                WriteAnyNumbers(raw, column, rows, features.AsSpan(offset), inputs);
            else if (column.Kind == ColumnKind.Number)
                WriteNumbers(table, raw, column, rows, features.AsSpan(offset), inputs);
            else
                WriteTexts(table, raw, column, rows, features.AsSpan(offset), inputs);
            offset += column.Inputs;
        }

        return features;
    }

    private static void CheckStrictly(RawTable table, RawColumn raw, ColumnEncoding column, ReadOnlySpan<int> rows)
    {
        var problems = raw.Texts.Select((text, index) => StrictCells.Problem(column, text, raw.KindOf(index))).ToArray();
        foreach (var row in rows)
        {
            // Beyond a bound texts are not kept; then they are different ones, and numbers are read.
            var problem = raw.TextIndices[row] is >= 0 and var text ? problems[text]
                : column.Kind == ColumnKind.Text || double.IsNaN(raw.Numbers[row]) ? "the cell holds one of too many different texts"
                : null;
            if (problem is not null)
                throw table.Error(problem, StrictCells.Advice(column), row, column.Name);
        }
    }

    private static void WriteNumbers(
        RawTable table, RawColumn raw, ColumnEncoding column, ReadOnlySpan<int> rows, Span<float> features, int stride)
    {
        if (raw.FirstNotNumber is { } bad)
            throw table.Error(CellNumber.Problem(bad.Cell), "the column was learned as numbers", bad.Row, column.Name);
        for (var i = 0; i < rows.Length; i++)
        {
            if (column.Standardise(raw.Numbers[rows[i]], out features[i * stride]) is { } problem)
                throw table.Error(problem, "correct it, or train with such rows", rows[i], column.Name);
        }
    }

    private static void WriteAnyNumbers(RawColumn raw, ColumnEncoding column, ReadOnlySpan<int> rows, Span<float> features, int stride)
    {
        for (var i = 0; i < rows.Length; i++)
            column.Encode(raw.Numbers[rows[i]], features.Slice(i * stride, column.Inputs));
    }

    private static void WriteAnyTexts(RawColumn raw, ColumnEncoding column, ReadOnlySpan<int> rows, Span<float> features, int stride)
    {
        var categoryOf = column.Categories.Index().ToDictionary(named => named.Item, named => named.Index, StringComparer.Ordinal);
        var ofText = raw.Texts.Select((text, index) =>
            categoryOf.GetValueOrDefault(raw.KindOf(index) == CellKind.MissingWord && raw.Reading is ColumnReading ? "" : text, -1)).ToArray();
        for (var i = 0; i < rows.Length; i++)
            column.Others!.Encode(raw.TextIndices[rows[i]] is >= 0 and var text ? ofText[text] : -1, features.Slice(i * stride, column.Inputs));
    }

    private static void WriteTexts(
        RawTable table, RawColumn raw, ColumnEncoding column, ReadOnlySpan<int> rows, Span<float> features, int stride)
    {
        var categoryOf = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var c = 0; c < column.Categories.Count; c++)
            categoryOf.Add(column.Categories[c], c);
        var ofText = raw.Texts.Select(text => categoryOf.GetValueOrDefault(text, -1)).ToArray();
        for (var i = 0; i < rows.Length; i++)
        {
            // Beyond RawColumn.MostTexts texts have no index; rows are read in ascending order, so an unknown one came before.
            var index = raw.TextIndices[rows[i]];
            if (ofText[index] < 0)
                throw table.Error(
                    raw.Texts[index].Length == 0 ? "the cell is empty" : $"{CellNumber.Quoted(raw.Texts[index])} was not among the learned categories",
                    "they are " + RawTable.List(column.Categories), rows[i], column.Name);
            features[i * stride + ofText[index]] = 1;
        }
    }
}
