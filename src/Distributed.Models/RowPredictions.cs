using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Formats;
using Distributed.Data.Rows;

namespace Distributed.Models;

/// <summary>Asks a model about a program's own objects and arrays, with the answers that a file with the same values gets.</summary>
public static class RowPredictions
{
    /// <summary>Answers one object, whose public properties are columns as in <see cref="MemoryTable.FromRows"/>. The target may be unset or absent.</summary>
    /// <typeparam name="T">The row's type: a class, a record, or an anonymous type.</typeparam>
    /// <param name="model">The model.</param>
    /// <param name="row">The row.</param>
    /// <exception cref="DataException">A column is missing, or a value does not fit its column.</exception>
    public static Prediction Predict<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(this TrainedModel model, T row) where T : class
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(row);
        if (row is IEnumerable) throw new DataException("this is no row but several", $"{nameof(PredictAll)} answers them", typeof(T).Name);
        return model.Predict(RowColumns.Of(typeof(T)).Cells(row, model.Encoding.CommaColumns));
    }

    /// <summary>Answers objects in their order, as <see cref="Predict{T}(TrainedModel, T)"/> answers one.</summary>
    /// <exception cref="DataException">A column is missing, or a value does not fit its column; its line is the row's number, from 1.</exception>
    public static IReadOnlyList<Prediction> PredictAll<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        this TrainedModel model, IEnumerable<T> rows) where T : class
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        var columns = RowColumns.Of(typeof(T));
        var commas = model.Encoding.CommaColumns;
        return model.Predict(rows.Select(row => columns.Cells(row, commas)));
    }

    /// <summary>
    /// Answers one row of numbers: in the order of the arrays that the model was trained on, of an image's pixels, or else of the columns of its
    /// encoding.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="row">[columns].</param>
    /// <exception cref="DataException">There are too few or too many numbers, or one does not fit its column.</exception>
    public static Prediction Predict(this TrainedModel model, params float[] row)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(row);
        return model.Predict(CellsOf(model.Encoding, row));
    }

    /// <summary>Answers rows of numbers in their order, as <see cref="Predict(TrainedModel, float[])"/> answers one.</summary>
    /// <exception cref="DataException">There are too few or too many numbers, or one does not fit its column.</exception>
    public static IReadOnlyList<Prediction> PredictAll(this TrainedModel model, IEnumerable<float[]> rows)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(rows);
        return model.Predict(rows.Select(row => CellsOf(model.Encoding, row)));
    }

    private static Dictionary<string, string> CellsOf(FeatureEncoding encoding, float[] row)
    {
        var isOfArrays = encoding.Image is null && encoding.Columns.All(column => ArrayColumns.PositionOf(column.Name) is not null);
        string[] names = encoding.Image is { } image
            ? [.. Enumerable.Range(0, image.Pixels).Select(ImageEncoding.PixelName)]
            : isOfArrays ? [.. Enumerable.Range(0, row.Length).Select(ArrayColumns.NameOf)] : [.. encoding.Columns.Select(column => column.Name)];
        if (names.Length != row.Length) throw new DataException($"the row has {row.Length} numbers and the model {names.Length} columns", "give one for each");
        var cells = new Dictionary<string, string>(names.Length, StringComparer.Ordinal);
        var commas = encoding.CommaColumns;
        for (var i = 0; i < names.Length; i++) cells[names[i]] = commas.Contains(names[i]) ? CellText.Of(row[i]).Replace('.', ',') : CellText.Of(row[i]);
        return cells;
    }
}
