using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using Distributed.Data.Formats;
using Distributed.Data.Tables;

namespace Distributed.Data.Rows;

/// <summary>
/// A table in memory: the same table as a CSV file with the same values, so that it becomes the same samples. Rows are read when they are asked for,
/// more than once: do not change them meanwhile.
/// </summary>
public sealed class MemoryTable : ITableSource
{
    private readonly Func<int, int, string> _cell;

    private MemoryTable(string name, IReadOnlyList<string> columns, int rows, Func<int, int, string> cell) =>
        (Name, Columns, Rows, _cell) = (name, columns, rows, cell);

    /// <summary>What messages call the table.</summary>
    public string Name { get; }

    /// <summary>The columns' names.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The number of rows.</summary>
    public int Rows { get; }

    /// <summary>The column to predict; null: the last.</summary>
    public string? Target { get; private init; }

    /// <summary>Columns of numbers to read as text.</summary>
    public IReadOnlyList<string> Text { get; private init; } = [];

    /// <summary>What to predict; null: decided by the target's values.</summary>
    public TaskKind? Task { get; private init; }

    /// <summary>A table of objects: their public properties are its columns.</summary>
    /// <typeparam name="T">The rows' type. <see cref="TargetAttribute"/>, <see cref="IgnoreAttribute"/>, <see cref="TextAttribute"/> and
    /// <see cref="ColumnAttribute"/> on its properties are heeded.</typeparam>
    /// <param name="rows">The rows; read once into a list.</param>
    /// <param name="target">The property to predict, such as <c>row => row.Price</c>; null: the one with <see cref="TargetAttribute"/>, or the last.</param>
    /// <exception cref="DataException">The type has no columns, or a property that is none.</exception>
    /// <exception cref="ArgumentException"><paramref name="target"/> names no property of the type.</exception>
    public static MemoryTable FromRows<T>(IEnumerable<T> rows, Expression<Func<T, object?>>? target = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var columns = RowColumns.Of(typeof(T));
        var all = rows as IReadOnlyList<T> ?? [.. rows];
        var name = typeof(T).Name is var type && type.All(char.IsLetterOrDigit) ? type : "rows"; // else a name of the compiler's
        return new MemoryTable(name, columns.Names, all.Count, (row, column) => columns.Cell(Row(all, row), column))
        {
            Target = target is null ? columns.Target : NamedBy(target),
            Text = columns.Text,
        };
    }

    /// <summary>A table of numbers and of classes to predict; its columns are called x0, x1, … and y.</summary>
    /// <param name="inputs">[rows × columns].</param>
    /// <param name="labels">[rows].</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static MemoryTable FromArrays(float[,] inputs, IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(labels);
        return OfArrays(inputs.GetLength(0), inputs.GetLength(1), (row, column) => inputs[row, column], labels.Count, row => CellText.Of(labels[row]), TaskKind.Classify);
    }

    /// <inheritdoc cref="FromArrays(float[,], IReadOnlyList{string})"/>
    /// <param name="inputs">[rows][columns].</param>
    /// <param name="labels">[rows].</param>
    public static MemoryTable FromArrays(float[][] inputs, IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return OfArrays(inputs, labels.Count, row => CellText.Of(labels[row]), TaskKind.Classify);
    }

    /// <inheritdoc cref="FromArrays(float[,], IReadOnlyList{string})"/>
    public static MemoryTable FromArrays(float[,] inputs, IReadOnlyList<int> labels) => FromArrays(inputs, Texts(labels));

    /// <inheritdoc cref="FromArrays(float[][], IReadOnlyList{string})"/>
    public static MemoryTable FromArrays(float[][] inputs, IReadOnlyList<int> labels) => FromArrays(inputs, Texts(labels));

    /// <summary>A table of numbers and of values to predict; its columns are called x0, x1, … and y.</summary>
    /// <param name="inputs">[rows × columns].</param>
    /// <param name="values">[rows].</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static MemoryTable FromArrays(float[,] inputs, IReadOnlyList<float> values)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(values);
        return OfArrays(inputs.GetLength(0), inputs.GetLength(1), (row, column) => inputs[row, column], values.Count, row => CellText.Of(values[row]), TaskKind.Regress);
    }

    /// <inheritdoc cref="FromArrays(float[,], IReadOnlyList{float})"/>
    /// <param name="inputs">[rows][columns].</param>
    /// <param name="values">[rows].</param>
    public static MemoryTable FromArrays(float[][] inputs, IReadOnlyList<float> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return OfArrays(inputs, values.Count, row => CellText.Of(values[row]), TaskKind.Regress);
    }

    /// <summary>Writes the table as CSV: UTF-8, with a header, and read back as the same table.</summary>
    /// <param name="to">Receives the bytes; left open.</param>
    public void WriteCsv(Stream to)
    {
        using var text = new StreamWriter(to, new UTF8Encoding(false), 1 << 16, leaveOpen: true);
        // Names stand in quotation marks, so that the delimiter is the character that the header holds most often outside them.
        using var csv = new CsvWriter(text, new CsvConfiguration(CultureInfo.InvariantCulture) { NewLine = "\n" });
        foreach (var column in Columns) csv.WriteField(column, shouldQuote: true);
        csv.NextRecord();
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns.Count; column++) csv.WriteField(_cell(row, column));
            csv.NextRecord();
        }
    }

    IReadOnlyList<DataNote> ITableSource.Notes => [];

    RawTable ITableSource.Read(CsvPlan plan)
    {
        CsvHeader.Check(Columns, Name, plan.Header);
        if (Rows == 0)
            throw new DataException("there are no rows", "at least 2 are needed to learn from", Name);
        if (Rows > DataLimits.Rows)
            throw new DataException($"the table is too large (at most {DataLimits.Rows} rows)", "take a sample of it", Name);
        var selected = plan.Select(Columns);
        var columns = Columns.Select((name, i) => selected[i] ? plan.NewColumn(name) : null).ToArray();
        for (var row = 0; row < Rows; row++)
            for (var i = 0; i < columns.Length; i++)
                columns[i]?.Add(Checked(_cell(row, i), row, i));
        return new RawTable(Name, [.. columns.OfType<RawColumn>()], Columns, [.. Enumerable.Range(1, Rows)]);
    }

    private string Checked(string cell, int row, int column)
    {
        if (cell.Length > DataLimits.CellLength)
            throw new DataException($"a cell is longer than {DataLimits.CellLength} characters", "shorten it, or leave the column out", Name, row + 1, Columns[column]);
        return cell.Contains('\0') ? throw new DataException("the cell holds a zero byte: this is not text", null, Name, row + 1, Columns[column]) : cell;
    }

    private static MemoryTable OfArrays(float[][] inputs, int targets, Func<int, string> target, TaskKind task)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var columns = inputs.Length == 0 ? 0 : inputs[0].Length;
        for (var row = 0; row < inputs.Length; row++)
            if (inputs[row].Length != columns)
                throw new ArgumentException($"row {row} has {inputs[row].Length} numbers and row 0 has {columns}: each row needs as many", nameof(inputs));
        return OfArrays(inputs.Length, columns, (row, column) => inputs[row][column], targets, target, task);
    }

    private static MemoryTable OfArrays(int rows, int columns, Func<int, int, float> input, int targets, Func<int, string> target, TaskKind task)
    {
        if (targets != rows) throw new ArgumentException($"there are {rows} rows of inputs and {targets} to predict: each row needs one", nameof(targets));
        string[] names = [.. Enumerable.Range(0, columns).Select(ArrayColumns.NameOf), ArrayColumns.Target];
        return new MemoryTable("rows", names, rows, (row, column) => column == columns ? target(row) : CellText.Of(input(row, column)))
        {
            Target = ArrayColumns.Target,
            Task = task,
        };
    }

    private static string[] Texts(IReadOnlyList<int> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return [.. labels.Select(label => label.ToString(CultureInfo.InvariantCulture))];
    }

    private static object Row<T>(IReadOnlyList<T> rows, int row) =>
        rows[row] ?? throw new DataException("the row is null", "leave it out", typeof(T).Name, row + 1);

    private static string NamedBy<T>(Expression<Func<T, object?>> target)
    {
        var body = target.Body is UnaryExpression { NodeType: ExpressionType.Convert } converted ? converted.Operand : target.Body;
        return body is MemberExpression { Member: PropertyInfo property, Expression: ParameterExpression }
            ? RowColumns.NameOf(property)
            : throw new ArgumentException($"'{target}' names no property of {typeof(T).Name}: row => row.Price would", nameof(target));
    }
}
