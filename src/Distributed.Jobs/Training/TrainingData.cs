using System.Linq.Expressions;
using Distributed.Data.Rows;

namespace Distributed.Jobs.Training;

/// <summary>The rows of a training: a file, a program's objects, or arrays. Each becomes the same samples as a CSV file with the same values.</summary>
public sealed class TrainingData
{
    private TrainingData(string source, MemoryTable? table) => (Source, Table) = (source, table);

    /// <summary>The file or built-in set; what rows in memory are called.</summary>
    internal string Source { get; }

    /// <summary>Rows in memory; null for a file.</summary>
    internal MemoryTable? Table { get; }

    /// <summary>Rows to validate with; null for a share of these.</summary>
    internal TrainingData? Validation { get; private init; }

    /// <summary>A CSV file, an IDX images file, a folder of IDX files, or a built-in set: digits, buyers or diabetes.</summary>
    /// <param name="source">The path, relative to the working directory, or the name.</param>
    public static TrainingData FromFile(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new TrainingData(source, null);
    }

    /// <inheritdoc cref="MemoryTable.FromRows"/>
    public static TrainingData FromRows<T>(IEnumerable<T> rows, Expression<Func<T, object?>>? target = null) => Of(MemoryTable.FromRows(rows, target));

    /// <inheritdoc cref="MemoryTable.FromArrays(float[,], IReadOnlyList{string})"/>
    public static TrainingData FromArrays(float[,] inputs, IReadOnlyList<string> labels) => Of(MemoryTable.FromArrays(inputs, labels));

    /// <inheritdoc cref="MemoryTable.FromArrays(float[,], IReadOnlyList{int})"/>
    public static TrainingData FromArrays(float[,] inputs, IReadOnlyList<int> labels) => Of(MemoryTable.FromArrays(inputs, labels));

    /// <inheritdoc cref="MemoryTable.FromArrays(float[,], IReadOnlyList{float})"/>
    public static TrainingData FromArrays(float[,] inputs, IReadOnlyList<float> values) => Of(MemoryTable.FromArrays(inputs, values));

    /// <inheritdoc cref="MemoryTable.FromArrays(float[][], IReadOnlyList{string})"/>
    public static TrainingData FromArrays(float[][] inputs, IReadOnlyList<string> labels) => Of(MemoryTable.FromArrays(inputs, labels));

    /// <inheritdoc cref="MemoryTable.FromArrays(float[][], IReadOnlyList{int})"/>
    public static TrainingData FromArrays(float[][] inputs, IReadOnlyList<int> labels) => Of(MemoryTable.FromArrays(inputs, labels));

    /// <inheritdoc cref="MemoryTable.FromArrays(float[][], IReadOnlyList{float})"/>
    public static TrainingData FromArrays(float[][] inputs, IReadOnlyList<float> values) => Of(MemoryTable.FromArrays(inputs, values));

    /// <summary>These rows, with others to validate with in place of a share of these.</summary>
    /// <param name="validation">Rows of the same columns, and of the same kind: files beside files, memory beside memory.</param>
    /// <exception cref="ArgumentException">One is a file and the other is not.</exception>
    public TrainingData WithValidation(TrainingData validation)
    {
        ArgumentNullException.ThrowIfNull(validation);
        if ((Table is null) != (validation.Table is null))
            throw new ArgumentException("rows of a file are validated with a file, rows in memory with rows in memory", nameof(validation));
        return new TrainingData(Source, Table) { Validation = validation };
    }

    private static TrainingData Of(MemoryTable table) => new(table.Name, table);
}
