using System.Globalization;
using System.Text.Json.Serialization;

namespace Distributed.Data.Encodings;

/// <summary>How a column's cells are read.</summary>
public enum ColumnKind
{
    /// <summary>A finite decimal number: one input, (value − mean) / scale.</summary>
    Number = 0,

    /// <summary>A text out of a known list: one input per category, 1 for the cell's and 0 for the others.</summary>
    Text = 1,
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

    /// <summary>Set for a pixel in a table, which uses its image's encoding.</summary>
    internal ImageEncoding? Image { get; init; }

    /// <summary>How many network inputs the column makes.</summary>
    [JsonIgnore]
    public int Inputs => Kind == ColumnKind.Number ? 1 : Categories.Count;

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
