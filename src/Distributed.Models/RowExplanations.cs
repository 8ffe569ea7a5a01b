using System.Diagnostics.CodeAnalysis;
using Distributed.Data;
using Distributed.Data.Rows;
using Distributed.Data.Sets;
using Distributed.Data.Tables;

namespace Distributed.Models;

/// <summary>Explains a model's answers: how far each column of a row moves it, by sampled Shapley values.</summary>
public static class RowExplanations
{
    /// <summary>Explains the answer to one object, as <see cref="RowPredictions.Predict{T}(TrainedModel, T)"/> reads it.</summary>
    /// <typeparam name="T">The row's type: a class, a record, or an anonymous type.</typeparam>
    /// <param name="model">The model of a table.</param>
    /// <param name="row">The row.</param>
    /// <param name="label">The class whose probability is explained; null: the answer.</param>
    /// <exception cref="DataException">The row does not fit the model, the model knows no such class, or it reads images.</exception>
    public static Explanation Explain<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(this TrainedModel model, T row, string? label = null) where T : class
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(row);
        return model.Explain(RowColumns.Of(typeof(T)).Cells(row, model.Encoding.CommaColumns), label);
    }

    /// <summary>Explains the answer to one row of a source.</summary>
    /// <param name="model">The model of a table.</param>
    /// <param name="source">As for <see cref="TrainedModel.PredictFile(string)"/>.</param>
    /// <param name="row">Which row, from 1.</param>
    /// <param name="label">The class whose probability is explained; null: the answer.</param>
    /// <param name="written">How the source is written; null: as the table of the training.</param>
    /// <exception cref="DataException">The source cannot be read, does not fit the model or has no such row, or the model knows no such class.</exception>
    public static Explanation ExplainFile(this TrainedModel model, string source, int row = 1, string? label = null, TableFormat? written = null)
    {
        RequireColumns(model);
        var all = DataSets.LoadInputs(source, written is null ? model.Encoding : model.Encoding with { Format = written });
        if (row < 1 || row > all.Rows)
            throw new DataException($"there is no row {row}", $"the rows are 1 to {all.Rows}", source);
        var inputs = new float[model.Network.Inputs];
        all.CopyTo(row - 1, 1, inputs);
        return Explain(model, inputs, label);
    }

    /// <summary>As <see cref="TrainedModel.Explain"/>.</summary>
    internal static Explanation OfCells(TrainedModel model, IReadOnlyDictionary<string, string> row, string? label)
    {
        RequireColumns(model);
        var inputs = new float[model.Network.Inputs];
        model.Encoding.EncodeRow(row, inputs);
        return Explain(model, inputs, label);
    }

    private static Explanation Explain(TrainedModel model, float[] inputs, string? label)
    {
        var encoding = model.Encoding;
        var answer = model.Answer(1, (_, _, into) => inputs.CopyTo(into, 0))[0];
        label ??= answer.Class;
        var index = label is null ? 0 : encoding.Target.Classes.ToList().IndexOf(label);
        if (index < 0)
            throw new DataException(
                $"the model knows no class {CellNumber.Quoted(label!)}",
                encoding.Task == TaskKind.Classify ? "its classes are " + RawTable.List(encoding.Target.Classes) : "it predicts a number");
        double ValueOf(Prediction prediction) => prediction.Value ?? prediction.Probabilities[index];
        double[] Values(float[] rows, int count) => Array.ConvertAll(
            model.Answer(count, (first, some, into) => rows.AsSpan(first * inputs.Length, some * inputs.Length).CopyTo(into)), ValueOf);
        var unknown = new float[inputs.Length];
        encoding.EncodeUnknownRow(unknown);
        var contributions = ShapleyValues.Of([.. encoding.Columns.Select(column => column.Inputs)], inputs, unknown, Values);
        var columns = encoding.Columns.Zip(contributions, (column, contribution) => new ColumnContribution(column.Name, contribution));
        return new Explanation(answer, label, ValueOf(answer), Values(unknown, 1)[0], [.. columns.OrderByDescending(column => Math.Abs(column.Contribution))]);
    }

    private static void RequireColumns(TrainedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Encoding.Image is not null)
            throw new DataException("an image has no columns to explain", "the model of a table is needed");
    }
}
