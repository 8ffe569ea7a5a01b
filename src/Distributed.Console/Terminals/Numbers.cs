using System.Globalization;

namespace Distributed.Console.Terminals;

/// <summary>Formats numbers for display: few digits, the same everywhere.</summary>
internal static class Numbers
{
    /// <summary>Shown in place of a missing number.</summary>
    public const string None = "–";

    /// <summary>As <see cref="Loss(double)"/>; a dash for none.</summary>
    public static string Loss(double? value) => value is { } number ? Loss(number) : None;

    /// <summary>Five significant digits or so: 0.01234, 12.345, 1.2e-7.</summary>
    public static string Loss(double value)
    {
        if (double.IsNaN(value)) return None;
        if (double.IsInfinity(value)) return value.ToString(CultureInfo.InvariantCulture);
        var size = Math.Abs(value);
        var format = size switch
        {
            0 => "0.0000",
            < 0.00095 => "0.00e-0",
            < 10 => "0.0000",
            < 100 => "0.000",
            < 1000 => "0.00",
            < 100_000 => "0.0",
            _ => "0.000e+0",
        };
        return value.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>As <see cref="Percent(double)"/>; a dash for none.</summary>
    public static string Percent(double? share) => share is { } value ? Percent(value) : None;

    /// <summary>97.22 %.</summary>
    public static string Percent(double share) =>
        double.IsNaN(share) ? None : (share * 100).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    /// <summary>52,300.</summary>
    public static string Count(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A rate with three digits or so: 870/s, 52,300/s, 1.24 M/s.</summary>
    public static string Rate(double perSecond)
    {
        if (!double.IsFinite(perSecond) || perSecond <= 0) return None;
        if (perSecond >= 1e6) return (perSecond / 1e6).ToString("0.00", CultureInfo.InvariantCulture) + " M/s";
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(perSecond)) - 2));
        return Count(Math.Round(perSecond / unit) * unit) + "/s";
    }

    /// <summary>A size: 870 bytes, 52.3 KiB, 1.24 MiB, 3.10 GiB.</summary>
    public static string Bytes(double bytes)
    {
        if (bytes < 1024) return Of((long)bytes, "byte");
        string[] units = ["KiB", "MiB", "GiB", "TiB"];
        var unit = 0;
        for (bytes /= 1024; bytes >= 1024 && unit < units.Length - 1; bytes /= 1024) unit++;
        return bytes.ToString(bytes < 10 ? "0.00" : bytes < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) + " " + units[unit];
    }

    /// <summary>A length of time: 0:07, 12:30, 1:02:03.</summary>
    public static string Time(TimeSpan time)
    {
        var seconds = (long)Math.Ceiling(time.TotalSeconds);
        return seconds >= 3600
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}:{seconds / 60 % 60:00}:{seconds % 60:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:00}");
    }

    /// <summary>A measured time: 3.42 s, 2 min 5 s.</summary>
    public static string Seconds(double seconds) => seconds < 120
        ? seconds.ToString("0.00", CultureInfo.InvariantCulture) + " s"
        : string.Create(CultureInfo.InvariantCulture, $"{(long)seconds / 60} min {(long)seconds % 60} s");

    /// <summary>A short time with two digits or so: 85 µs, 3.2 ms, 0.42 s, 12 s.</summary>
    public static string Short(double seconds) => seconds switch
    {
        < 0.000_95 => (seconds * 1e6).ToString("0", CultureInfo.InvariantCulture) + " µs",
        < 0.009_95 => (seconds * 1e3).ToString("0.0", CultureInfo.InvariantCulture) + " ms",
        < 0.995 => (seconds * 1e3).ToString("0", CultureInfo.InvariantCulture) + " ms",
        _ => seconds.ToString(seconds < 9.95 ? "0.0" : "0", CultureInfo.InvariantCulture) + " s",
    };

    /// <summary>"1 worker", "3 workers".</summary>
    public static string Of(long count, string one, string? many = null) => $"{Count(count)} {(count == 1 ? one : many ?? one + "s")}";
}
