using System.Text.Json;
using Distributed.Api;
using Distributed.Data.Encodings;
using Distributed.Models;

namespace Distributed.Dashboard.Forms;

/// <summary>One cell of a question to a model.</summary>
/// <param name="Name">The column.</param>
/// <param name="Kind">How it is read.</param>
/// <param name="Choices">The categories that training saw; empty for other kinds.</param>
/// <param name="Example">A usual value, for the empty field.</param>
internal sealed record QuestionField(string Name, ColumnKind Kind, IReadOnlyList<string> Choices, string Example);

/// <summary>The form of a question, built from what a model takes.</summary>
internal sealed class QuestionForm
{
    private readonly Dictionary<string, string> _cells = new(StringComparer.Ordinal);

    private QuestionForm(FeatureEncoding encoding)
    {
        Encoding = encoding;
        Fields = [.. encoding.Columns.Select(column => new QuestionField(
            column.Name, column.Kind, column.Categories, column.Kind == ColumnKind.Number ? $"mean {Texts.Figures.Real(MeanOf(column))}" : column.Kind == ColumnKind.Date ? "2026-01-31" : ""))];
    }

    /// <summary>What the model takes.</summary>
    public FeatureEncoding Encoding { get; }

    /// <summary>The fields, in the order of the columns; none for images.</summary>
    public IReadOnlyList<QuestionField> Fields { get; }

    /// <summary>Whether the model reads images, which no form can hold.</summary>
    public bool IsOfImages => Encoding.Image is not null;

    /// <summary>Reads the file <c>model.json</c>.</summary>
    public static QuestionForm Read(ReadOnlyMemory<byte> model)
    {
        using var document = JsonDocument.Parse(model);
        return new QuestionForm(EncodingFile.Read(JsonSerializer.SerializeToUtf8Bytes(document.RootElement.GetProperty("encoding"))));
    }

    /// <summary>The text of a cell.</summary>
    public string this[string column]
    {
        get => _cells.GetValueOrDefault(column, "");
        set => _cells[column] = value.Trim();
    }

    /// <summary>The question; an empty cell is a missing one.</summary>
    public PredictionRequest ToRequest() => new([Fields.ToDictionary(
        field => field.Name, field => this[field.Name] is { Length: > 0 } text ? JsonSerializer.SerializeToElement(text) : JsonSerializer.SerializeToElement<string?>(null), StringComparer.Ordinal)]);

    private static double MeanOf(ColumnEncoding column) => column.Tolerance is { IsLogarithmic: true } tolerance ? tolerance.Median : column.Mean;
}
