using System.Globalization;

namespace Distributed.Dashboard.Texts;

/// <summary>Numbers, times and sizes as text.</summary>
internal static class Figures
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB", "PB"];

    /// <summary>What stands where there is no value.</summary>
    public const string None = "–";

    /// <summary>A whole number with thousands apart.</summary>
    public static string Count(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A number and its word: "1 job", "2 jobs".</summary>
    public static string Count(long number, string word) => $"{Count(number)} {word}{(number == 1 ? "" : "s")}";

    /// <summary>A share as per cent.</summary>
    public static string Percent(double? share) => share is { } value && double.IsFinite(value) ? (value * 100).ToString("0.##", CultureInfo.InvariantCulture) + " %" : None;

    /// <summary>A loss or another real number, with four significant digits.</summary>
    public static string Real(double? number)
    {
        if (number is not { } value) return None;
        if (double.IsNaN(value)) return "not a number";
        if (double.IsInfinity(value)) return value > 0 ? "∞" : "−∞";
        var size = Math.Abs(value);
        var text = size switch
        {
            0 => "0",
            < 1e-3 or >= 1e7 => value.ToString("0.###e+0", CultureInfo.InvariantCulture).Replace("e+", "e", StringComparison.Ordinal),
            >= 1000 => value.ToString("#,0.#", CultureInfo.InvariantCulture),
            >= 10 => value.ToString("0.##", CultureInfo.InvariantCulture),
            _ => value.ToString("0.####", CultureInfo.InvariantCulture),
        };
        return text.Replace('-', '−');
    }

    /// <summary>A speed, rounded to three digits.</summary>
    public static string Speed(double? perSecond, string unit) => perSecond is { } value and > 0 && double.IsFinite(value) ? $"{Rounded(value)} {unit}/s" : None;

    /// <summary>Bytes in the unit that fits.</summary>
    public static string Bytes(long bytes)
    {
        var (size, unit) = ((double)bytes, 0);
        while (size >= 1000 && unit < Units.Length - 1) (size, unit) = (size / 1000, unit + 1);
        return (unit == 0 || size >= 100 ? size.ToString("0", CultureInfo.InvariantCulture) : size.ToString("0.#", CultureInfo.InvariantCulture)) + " " + Units[unit];
    }

    /// <summary>A duration in its two largest units.</summary>
    public static string Duration(TimeSpan? time) => time switch
    {
        null => None,
        { TotalSeconds: < 0 } => "0 s",
        { TotalSeconds: < 10 } t => t.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture) + " s",
        { TotalSeconds: < 59.5 } t => t.TotalSeconds.ToString("0", CultureInfo.InvariantCulture) + " s",
        { TotalHours: < 1 } t => $"{t.Minutes} min {t.Seconds} s",
        { TotalDays: < 1 } t => $"{t.Hours} h {t.Minutes} min",
        { } t => $"{(int)t.TotalDays} d {t.Hours} h",
    };

    /// <summary>How long ago.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now) => (now - at) switch
    {
        { TotalSeconds: < 5 } => "now",
        { TotalMinutes: < 1 } t => $"{(int)t.TotalSeconds} s ago",
        { TotalHours: < 1 } t => $"{(int)t.TotalMinutes} min ago",
        { TotalDays: < 1 } t => $"{(int)t.TotalHours} h ago",
        { } t => Count((int)t.TotalDays, "day") + " ago",
    };

    /// <summary>A moment as UTC.</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC";

    /// <summary>The beginning of a text that is too long.</summary>
    public static string Short(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";

    private static string Rounded(double value)
    {
        var unit = value < 100 ? 0.1 : Math.Pow(10, Math.Floor(Math.Log10(value)) - 2);
        return (Math.Round(value / unit) * unit).ToString(value < 100 ? "0.#" : "#,0", CultureInfo.InvariantCulture);
    }
}
