using System.Globalization;
using System.Text.Json.Serialization;
using Distributed.Data.Tables;
using Distributed.Tensors.Mathematics;

namespace Distributed.Data.Encodings;

/// <summary>How a column's cells are read.</summary>
public enum ColumnKind
{
    /// <summary>A finite decimal number: one input, (value − mean) / scale; or of its logarithm.</summary>
    Number = 0,

    /// <summary>A text out of a known list: one input per category, 1 for the cell's and 0 for the others.</summary>
    Text = 1,

    /// <summary>A date: the elapsed time, the year, and month, weekday and hour as places on a circle (<see cref="DateInputs"/>).</summary>
    Date = 2,
}

/// <summary>How one column of a table becomes network inputs, fitted on the training rows.</summary>
public sealed record ColumnEncoding
{
    /// <summary>The column's name in the header.</summary>
    public required string Name { get; init; }

    /// <summary>How the cells are read.</summary>
    public required ColumnKind Kind { get; init; }

    /// <summary>A number's mean over the training rows.</summary>
    public double Mean { get; init; }

    /// <summary>A number's standard deviation over the training rows (divided by n), above 0.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>A text's categories, in ordinal order.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>How numbers and dates are read that are missing or far from the training rows'; null: such rows are refused (rules 1 and 2).</summary>
    public NumberTolerance? Tolerance { get; init; }

    /// <summary>What stands for texts that are no category; null: such rows are refused (rules 1 and 2).</summary>
    public OtherTexts? Others { get; init; }

    /// <summary>How dates are read; null for other kinds.</summary>
    public DateParts? Dates { get; init; }

    /// <summary>Set for a pixel in a table, which uses its image's encoding.</summary>
    internal ImageEncoding? Image { get; init; }

    /// <summary>How many network inputs the column makes.</summary>
    [JsonIgnore]
    public int Inputs => Kind switch
    {
        ColumnKind.Number => 1 + (HasMissingInput ? 1 : 0),
        ColumnKind.Date => DateInputs.Count(Dates?.HasTime ?? false) + (HasMissingInput ? 1 : 0),
        _ => Categories.Count + (Others is { HasInput: true } ? 1 : 0),
    };

    /// <summary>Whether every cell can be encoded: missing ones, unseen ones and any other.</summary>
    internal bool IsTolerant => Tolerance is not null || Others is not null;

    /// <summary>Whether the last input says that the cell is missing.</summary>
    internal bool HasMissingInput => Tolerance is { HasMissingInput: true };

    /// <summary>How the cells of a tolerant column are read.</summary>
    /// <param name="marks">What is missing.</param>
    /// <param name="decimalMark">The notation of numbers where it is said; null: the column's own.</param>
    internal ColumnReading ReadingWith(MissingMarks marks, NumberNotation? decimalMark) => new(
        Kind switch { ColumnKind.Number => ColumnUse.Number, ColumnKind.Date => ColumnUse.Date, _ => ColumnUse.Category },
        decimalMark ?? Tolerance?.Notation ?? NumberNotation.Point, Dates?.Order ?? DateOrder.YearFirst, marks);

    /// <summary>The inputs of a number or date, as rules from version 3 on make them.</summary>
    /// <param name="number">The number, or the days since 1970-01-01; NaN when it is missing.</param>
    /// <param name="inputs">[<see cref="Inputs"/>].</param>
    internal void Encode(double number, Span<float> inputs)
    {
        var tolerance = Tolerance!;
        if (tolerance.HasMissingInput)
            inputs[Inputs - 1] = double.IsNaN(number) ? 1 : 0;
        number = double.IsNaN(number) ? tolerance.Median : Math.Clamp(number, tolerance.Lowest, tolerance.Highest);
        if (tolerance.IsLogarithmic)
            number = DeterministicMath.Log(number);
        inputs[0] = (float)((number - Mean) / Scale);
        if (Dates is { } dates)
            DateInputs.Encode(number, dates, inputs[1..]);
    }

    /// <summary>The inputs of a cell of which nothing is known.</summary>
    /// <param name="inputs">[<see cref="Inputs"/>] zeros.</param>
    internal void EncodeUnknown(Span<float> inputs)
    {
        if (Kind == ColumnKind.Text)
            Others?.Encode(-1, inputs);
        else if (Tolerance is { } tolerance)
            Encode(tolerance.Median, inputs);
    }

    /// <summary>Standardises one number.</summary>
    /// <param name="number">A finite number.</param>
    /// <param name="input">(number − mean) / scale.</param>
    /// <returns>What is wrong with the number; null when it can be used.</returns>
    internal string? Standardise(double number, out float input)
    {
        if (Image is not null)
        {
            input = Image.Standardise((float)number);
            return number >= 0 && number <= Image.Brightest
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"the pixel {number} is outside 0 to {Image.Brightest}");
        }

        input = (float)((number - Mean) / Scale);
        return float.IsFinite(input)
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{number} is too far from the numbers that were learned from");
    }
}
