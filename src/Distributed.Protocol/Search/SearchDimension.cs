using System.Globalization;
using Distributed.Tensors.Mathematics;

namespace Distributed.Protocol.Search;

/// <summary>How a setting of a search space varies.</summary>
internal enum DimensionKind
{
    /// <summary>Evenly over a range of numbers.</summary>
    Real,

    /// <summary>Evenly over the logarithms of a range of numbers.</summary>
    LogReal,

    /// <summary>Evenly over a range of whole numbers.</summary>
    Integer,

    /// <summary>Evenly over the logarithms of a range of whole numbers.</summary>
    LogInteger,

    /// <summary>One of several values.</summary>
    Choice,
}

/// <summary>
/// One setting that varies. A coordinate in [0, 1) stands for a value, and the value's text is what a trial is given; both directions are IEEE-exact or
/// the project's own polynomials.
/// </summary>
/// <param name="Name">The setting.</param>
/// <param name="Kind">How it varies.</param>
internal sealed record SearchDimension(string Name, DimensionKind Kind)
{
    /// <summary>The least value of a range.</summary>
    public double Low { get; init; }

    /// <summary>The greatest value of a range.</summary>
    public double High { get; init; }

    /// <summary>The values of a choice; null for a range.</summary>
    public IReadOnlyList<string>? Choices { get; init; }

    /// <summary>The number of choices; 0 for a range, which is continuous to a strategy.</summary>
    public int ChoiceCount => Choices?.Count ?? 0;

    /// <summary>The values of a grid in a real range.</summary>
    private const int GridSteps = 5;

    /// <summary>How many values a grid takes.</summary>
    public long GridCount => Kind switch
    {
        DimensionKind.Choice => ChoiceCount,
        DimensionKind.Integer => (long)(High - Low) + 1,
        DimensionKind.LogInteger => Math.Min(GridSteps, (long)(High - Low) + 1),
        _ => GridSteps,
    };

    /// <summary>What is wrong with it; null when it is valid.</summary>
    public string? Validate()
    {
        if (Kind == DimensionKind.Choice)
        {
            if (ChoiceCount is < 1 or > MaximumChoices) return $"{Name} has {ChoiceCount} values: it needs 1 to {MaximumChoices}";
            return Choices!.Distinct(StringComparer.Ordinal).Count() == ChoiceCount ? null : $"{Name} names a value twice";
        }
        if (!double.IsFinite(Low) || !double.IsFinite(High)) return $"{Name}: the ends of a range must be finite";
        if (Low >= High) return string.Create(CultureInfo.InvariantCulture, $"{Name}: the range {Low}..{High} is empty: its first number must be below its last");
        if (IsLogarithmic && Low <= 0) return string.Create(CultureInfo.InvariantCulture, $"{Name}: a logarithmic range must begin above 0, and this one begins at {Low}");
        return null;
    }

    /// <summary>The most values of a choice.</summary>
    public const int MaximumChoices = 1000;

    private bool IsLogarithmic => Kind is DimensionKind.LogReal or DimensionKind.LogInteger;

    private bool IsInteger => Kind is DimensionKind.Integer or DimensionKind.LogInteger;

    /// <summary>The text of the value at a coordinate.</summary>
    /// <param name="coordinate">In [0, 1).</param>
    public string ValueAt(double coordinate)
    {
        if (Choices is { } choices) return choices[Math.Min((int)(coordinate * choices.Count), choices.Count - 1)];
        var above = IsInteger ? High + 1 : High; // each whole number has an interval
        var value = IsLogarithmic
            ? DeterministicMath.Exp(DeterministicMath.Log(Low) + coordinate * (DeterministicMath.Log(above) - DeterministicMath.Log(Low)))
            : Low + coordinate * (above - Low);
        return Text(value);
    }

    /// <summary>The text of a grid's value.</summary>
    /// <param name="index">From 0 to <see cref="GridCount"/> - 1.</param>
    public string GridValue(long index)
    {
        if (Choices is { } choices) return choices[(int)index];
        var share = GridCount == 1 ? 0 : (double)index / (GridCount - 1);
        return Text(IsLogarithmic
            ? DeterministicMath.Exp(DeterministicMath.Log(Low) + share * (DeterministicMath.Log(High) - DeterministicMath.Log(Low)))
            : Low + share * (High - Low));
    }

    /// <summary>The coordinate of a value's text.</summary>
    public double CoordinateOf(string text)
    {
        if (Choices is { } choices)
        {
            for (var i = 0; i < choices.Count; i++)
                if (choices[i] == text) return (i + 0.5) / choices.Count;
            throw new ArgumentException($"{Name} has no value '{text}'", nameof(text));
        }
        var value = double.Parse(text, CultureInfo.InvariantCulture);
        var (middle, above) = IsInteger ? (value + 0.5, High + 1) : (value, High);
        var share = IsLogarithmic
            ? (DeterministicMath.Log(middle) - DeterministicMath.Log(Low)) / (DeterministicMath.Log(above) - DeterministicMath.Log(Low))
            : (middle - Low) / (above - Low);
        return Math.Clamp(share, 0, 1);
    }

    /// <summary>Four digits, so that people can copy it; never outside the range.</summary>
    private string Text(double value)
    {
        var rounded = IsInteger ? Math.Floor(value) : double.Parse(value.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return Math.Clamp(rounded, Low, High).ToString(CultureInfo.InvariantCulture);
    }
}
