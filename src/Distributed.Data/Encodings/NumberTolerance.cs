using System.Text.Json.Serialization;
using Distributed.Data.Tables;

namespace Distributed.Data.Encodings;

/// <summary>How a column of numbers or dates reads what is missing or far away.</summary>
public sealed record NumberTolerance
{
    /// <summary>How far from the mean numbers may be, in standard deviations; what is farther is read as that far.</summary>
    internal const double Farthest = 1_000;

    /// <summary>The notation of the numbers.</summary>
    public NumberNotation Notation { get; init; }

    /// <summary>The training rows' median, which stands for a missing value.</summary>
    public required double Median { get; init; }

    /// <summary>Whether an input says that the value is missing: where some were in the training rows.</summary>
    public bool HasMissingInput { get; init; }

    /// <summary>
    /// Whether the number's natural logarithm is standardised in its place (rules from version 4 on, see <see cref="SkewedNumbers"/>). Mean and scale
    /// are then the logarithms', and <see cref="Lowest"/> is above 0.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsLogarithmic { get; init; }

    /// <summary>What lower values are read as.</summary>
    public required double Lowest { get; init; }

    /// <summary>What higher values are read as.</summary>
    public required double Highest { get; init; }
}
