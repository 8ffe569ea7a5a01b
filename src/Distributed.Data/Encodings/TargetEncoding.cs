using System.Text.Json.Serialization;
using Distributed.Data.Tables;

namespace Distributed.Data.Encodings;

/// <summary>What the network's outputs mean.</summary>
/// <remarks>
/// A regression target is standardised with the training rows' statistics, so that plain learning rates fit any unit:
/// the network learns (value − <see cref="Mean"/>) / <see cref="Scale"/>. Losses are therefore in standardised units; multiply a
/// mean absolute error by <see cref="Scale"/> to have it in the column's unit. R² does not change.
/// </remarks>
public sealed record TargetEncoding
{
    /// <summary>The target column's name.</summary>
    public required string Name { get; init; }

    /// <summary>The task.</summary>
    public required TaskKind Task { get; init; }

    /// <summary>
    /// The classes in the order of the network's outputs: ascending as numbers when every label is a number, otherwise in ordinal
    /// order of the texts. Empty in regression.
    /// </summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>A regression target's mean over the training rows.</summary>
    public double Mean { get; init; }

    /// <summary>A regression target's standard deviation over the training rows (divided by n), above 0.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>The notation of a regression target's numbers, where it is not the usual one.</summary>
    public NumberNotation? Notation { get; init; }

    /// <summary>Network outputs: classes, or 1.</summary>
    [JsonIgnore]
    public int Outputs => Task == TaskKind.Classify ? Classes.Count : 1;

    /// <summary>Converts a regression network's output to the column's unit.</summary>
    /// <param name="output">The network's output.</param>
    /// <returns>output · <see cref="Scale"/> + <see cref="Mean"/>.</returns>
    public double Value(double output) => output * Scale + Mean;
}
