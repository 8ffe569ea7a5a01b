namespace Distributed.Learning.Data;

/// <summary>Reads data sets: built in, tables, images.</summary>
public static class DataSets
{
    /// <summary>The part that is held back for validation when nothing else is said.</summary>
    public const double DefaultValidationFraction = 0.2;

    /// <summary>The names of the built-in data sets.</summary>
    public static IReadOnlyList<string> BuiltInNames { get; } = ["digits"];

    /// <summary>Reads, splits and encodes a data set. The same settings and bytes always give the same samples.</summary>
    /// <param name="settings">Which data, and how to read it.</param>
    /// <returns>The data set.</returns>
    /// <exception cref="DataException">The data cannot be used; says where, what, and what would be right.</exception>
    public static EncodedDataSet Load(DataSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Source == "digits")
            return ImageData.Split(
                "digits", BuiltInData.Digits(), BuiltInData.DigitsBrightest, Fraction(settings), settings.Seed);
        throw new DataException("there is no such data set", "built in are " + string.Join(", ", BuiltInNames), settings.Source);
    }

    private static double Fraction(DataSettings settings) =>
        settings.Validation is { } text && SampleSplit.TryFraction(text, out var fraction) ? fraction : DefaultValidationFraction;
}
