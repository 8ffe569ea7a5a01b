using System.Text.Json;

namespace Distributed.Api;

/// <summary>Rows to predict for.</summary>
/// <param name="Rows">Each an object of cells by column; a cell is a text, a number, true, false, or null where it is missing. Images have the columns pixel0, pixel1, ….</param>
public sealed record PredictionRequest(IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Rows)
{
    /// <summary>The most rows of one request.</summary>
    public const int MaximumRows = 10_000;
}

/// <summary>A model's answers.</summary>
public sealed record PredictionResponse
{
    /// <summary>The job.</summary>
    public required string Job { get; init; }

    /// <summary>The step of the checkpoint that answered.</summary>
    public required long Step { get; init; }

    /// <summary>The classes in the order of the probabilities; empty for a regression.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>One for each row.</summary>
    public required IReadOnlyList<PredictedRow> Predictions { get; init; }
}

/// <summary>The answer to one row.</summary>
/// <param name="Class">The most probable class; null from a regression.</param>
/// <param name="Probabilities">Of each class; null from a regression.</param>
/// <param name="Value">In the target's unit; null from a classifier.</param>
public sealed record PredictedRow(string? Class, IReadOnlyList<float>? Probabilities, double? Value);
