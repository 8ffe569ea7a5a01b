using System.Text.Json.Serialization;

namespace Distributed.Learning.Data;

/// <summary>
/// How raw rows become network inputs and what the outputs mean. Fitted on the training part, kept with the model, so that a
/// prediction takes rows as they stand in the file. Either <see cref="Image"/> or <see cref="Columns"/> is set.
/// </summary>
public sealed record FeatureEncoding
{
    /// <summary>Set when the samples are images.</summary>
    public ImageEncoding? Image { get; init; }

    /// <summary>A table's columns in the order of their inputs; columns that were left out are not here.</summary>
    public IReadOnlyList<ColumnEncoding> Columns { get; init; } = [];

    /// <summary>What the network's outputs mean.</summary>
    public required TargetEncoding Target { get; init; }

    /// <summary>Network inputs of a sample.</summary>
    [JsonIgnore]
    public int Inputs => Image?.Pixels ?? Columns.Sum(column => column.Inputs);

    /// <summary>Network outputs of a sample.</summary>
    [JsonIgnore]
    public int Outputs => Target.Outputs;

    /// <summary>The task.</summary>
    [JsonIgnore]
    public TaskKind Task => Target.Task;
}
