using Distributed.Data.Tables;

namespace Distributed.Data.Encodings;

/// <summary>How a column's dates are read and become inputs.</summary>
public sealed record DateParts
{
    /// <summary>The order of a date's parts.</summary>
    public required DateOrder Order { get; init; }

    /// <summary>Whether the time of day is an input: where training rows have one.</summary>
    public bool HasTime { get; init; }

    /// <summary>The year's mean over the training rows.</summary>
    public required double YearMean { get; init; }

    /// <summary>The year's standard deviation over the training rows, 1 where it does not vary.</summary>
    public required double YearScale { get; init; }
}
