using System.Globalization;

namespace Distributed.Data.Formats;

/// <summary>The text of a value as a CSV file holds it, in every culture: numbers by their shortest exact digits, dates as ISO 8601, null as an empty cell.</summary>
internal static class CellText
{
    /// <summary>Whether values of a type are cells.</summary>
    public static bool CanHold(Type type)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        return bare == typeof(string) || (bare.IsValueType && typeof(IFormattable).IsAssignableFrom(bare)) || bare == typeof(bool) || bare == typeof(char);
    }

    /// <summary>The text, without surrounding blanks.</summary>
    /// <param name="value">Of a type that <see cref="CanHold"/>.</param>
    public static string Of(object? value) => value switch
    {
        null => "",
        string text => text.Trim(),
        DateTime or DateTimeOffset or DateOnly or TimeOnly => ((IFormattable)value).ToString("O", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!.Trim(),
    };

    /// <summary>Whether a value is a number, and no text that looks like one.</summary>
    public static bool IsNumber(object? value) =>
        value is IFormattable and not (char or Enum or DateTime or DateTimeOffset or DateOnly or TimeOnly or TimeSpan or Guid);

    /// <inheritdoc cref="Of(object?)"/>
    public static string Of(float value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The text of a value that has formats, without boxing.</summary>
    public static string OfInvariant<T>(T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>The text of a moment: its day alone where it is midnight, as tables of days are written.</summary>
    public static string OfMoment(DateTime moment) =>
        moment.TimeOfDay == TimeSpan.Zero
            ? moment.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : moment.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);

    /// <summary>The text of a number; missing where it is none or infinite.</summary>
    public static string OfNumber(double value) => double.IsFinite(value) ? value.ToString(CultureInfo.InvariantCulture) : "";

    /// <inheritdoc cref="OfNumber(double)"/>
    public static string OfNumber(float value) => float.IsFinite(value) ? value.ToString(CultureInfo.InvariantCulture) : "";
}
