namespace Distributed.Data.Encodings;

/// <summary>
/// The inputs of a date behind the elapsed time: the year, and month, weekday and hour each as sine and cosine, so that December is beside
/// January. The circles are tables of constants: the C library's sine is not the same on all systems.
/// </summary>
internal static class DateInputs
{
    private const double DaysFromYearZero = 719_468; // from 0000-03-01 to 1970-01-01
    private const int DaysOfEra = 146_097;

    private static readonly float R2 = 0.70710678f, R3 = 0.8660254f, High = 0.9659258f, Low = 0.25881905f;
    private static readonly float[] SineOfSeventh = [0f, 0.7818315f, 0.9749279f, 0.4338837f, -0.4338837f, -0.9749279f, -0.7818315f];
    private static readonly float[] CosineOfSeventh = [1f, 0.6234898f, -0.22252093f, -0.90096885f, -0.90096885f, -0.22252093f, 0.6234898f];

    private static readonly float[] SineOfHours =
        [0f, Low, 0.5f, R2, R3, High, 1f, High, R3, R2, 0.5f, Low, 0f, -Low, -0.5f, -R2, -R3, -High, -1f, -High, -R3, -R2, -0.5f, -Low];

    /// <summary>The sines of months, weekdays (from Monday) and hours.</summary>
    public static IReadOnlyList<float> MonthSines { get; } = [.. Enumerable.Range(0, 12).Select(month => SineOfHours[2 * month])];

    /// <summary>The cosines of months.</summary>
    public static IReadOnlyList<float> MonthCosines { get; } = [.. Enumerable.Range(0, 12).Select(month => SineOfHours[(2 * month + 6) % 24])];

    /// <summary>The sines of weekdays, from Monday.</summary>
    public static IReadOnlyList<float> WeekdaySines => SineOfSeventh;

    /// <summary>The cosines of weekdays, from Monday.</summary>
    public static IReadOnlyList<float> WeekdayCosines => CosineOfSeventh;

    /// <summary>The sines of hours.</summary>
    public static IReadOnlyList<float> HourSines => SineOfHours;

    /// <summary>The cosines of hours.</summary>
    public static IReadOnlyList<float> HourCosines { get; } = [.. Enumerable.Range(0, 24).Select(hour => SineOfHours[(hour + 6) % 24])];

    /// <summary>Inputs of a date, with the elapsed time.</summary>
    public static int Count(bool hasTime) => hasTime ? 8 : 6;

    /// <summary>Writes year, month, weekday and, where there is one, hour.</summary>
    /// <param name="days">Days since 1970-01-01.</param>
    /// <param name="parts">How.</param>
    /// <param name="inputs">At least 5, or 7 with a time of day.</param>
    public static void Encode(double days, DateParts parts, Span<float> inputs)
    {
        var (year, month) = Civil(days);
        inputs[0] = (float)((year - parts.YearMean) / parts.YearScale);
        inputs[1] = MonthSines[month];
        inputs[2] = MonthCosines[month];
        var weekday = Weekday(days);
        inputs[3] = SineOfSeventh[weekday];
        inputs[4] = CosineOfSeventh[weekday];
        if (!parts.HasTime)
            return;
        var hour = Hour(days);
        inputs[5] = SineOfHours[hour];
        inputs[6] = HourCosines[hour];
    }

    /// <summary>Year, and month from 0 for January (H. Hinnant, chrono-Compatible Low-Level Date Algorithms, civil_from_days).</summary>
    public static (long Year, int Month) Civil(double days)
    {
        var z = (long)(Math.Floor(days) + DaysFromYearZero);
        var era = (z >= 0 ? z : z - (DaysOfEra - 1)) / DaysOfEra;
        var ofEra = z - era * DaysOfEra;
        var yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365;
        var ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var fromMarch = (5 * ofYear + 2) / 153;
        var month = (int)(fromMarch < 10 ? fromMarch + 2 : fromMarch - 10);
        return (yearOfEra + era * 400 + (month <= 1 ? 1 : 0), month);
    }

    /// <summary>The weekday, 0 for Monday; 1970-01-01 was a Thursday.</summary>
    public static int Weekday(double days)
    {
        var place = Math.Floor(days) + 3;
        return (int)(place - Math.Floor(place / 7) * 7);
    }

    /// <summary>The hour of the day, 0 to 23. Half a millisecond is forgiven: a fraction of a day is rarely exact.</summary>
    public static int Hour(double days) => Math.Clamp((int)Math.Floor((days - Math.Floor(days)) * 24 + 1e-7), 0, 23);
}
