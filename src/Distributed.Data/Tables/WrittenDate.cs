namespace Distributed.Data.Tables;

/// <summary>
/// Reads dates in numbers, alone or with a time of day behind a blank or a T: 2024-03-31, 31.03.2024 14:30, 3/31/2024, 2024-03-31T14:30:00.5Z.
/// A time zone is applied; without one the time is taken as it stands.
/// </summary>
internal static class WrittenDate
{
    private const int Longest = 40;
    private const double SecondsOfDay = 86_400;

    /// <summary>Reads a cell without surrounding blanks.</summary>
    /// <param name="cell">The text.</param>
    /// <param name="order">The column's order of parts.</param>
    /// <param name="days">Days since 1970-01-01, with the time of day as a fraction; NaN when it is no date.</param>
    /// <param name="hasTime">Whether a time of day is given.</param>
    public static bool TryRead(string cell, DateOrder order, out double days, out bool hasTime)
    {
        (days, hasTime) = (double.NaN, false);
        if (cell.Length is < 6 or > Longest || !char.IsAsciiDigit(cell[0]))
            return false;
        var text = cell.AsSpan();
        Span<int> parts = stackalloc int[3];
        Span<int> digits = stackalloc int[3];
        var separator = '\0';
        for (var part = 0; part < 3; part++)
        {
            if (part > 0)
            {
                if (text.Length == 0 || text[0] is not ('-' or '/' or '.') || (part == 2 && text[0] != separator))
                    return false;
                separator = text[0];
                text = text[1..];
            }

            digits[part] = TakeDigits(ref text, out parts[part]);
        }

        var (year, month, day) = order switch
        {
            DateOrder.YearFirst => (0, 1, 2),
            DateOrder.DayFirst => (2, 1, 0),
            _ => (2, 0, 1),
        };
        if (digits[year] != 4 || digits[month] is < 1 or > 2 || digits[day] is < 1 or > 2
            || parts[year] < 1 || parts[month] is < 1 or > 12 || parts[day] < 1 || parts[day] > DateTime.DaysInMonth(parts[year], parts[month]))
            return false;
        var seconds = 0.0;
        if (text.Length > 0 && !TryTime(text, out seconds))
            return false;
        hasTime = text.Length > 0;
        days = new DateOnly(parts[year], parts[month], parts[day]).DayNumber - new DateOnly(1970, 1, 1).DayNumber + seconds / SecondsOfDay;
        return true;
    }

    /// <summary>A time of day behind a T or a blank, less its distance from UTC.</summary>
    private static bool TryTime(ReadOnlySpan<char> text, out double seconds)
    {
        seconds = 0;
        if (text[0] is not ('T' or 't' or ' '))
            return false;
        text = text[1..].TrimStart();
        if (TakeDigits(ref text, out var hour) is < 1 or > 2 || hour > 23 || text is not [':', ..])
            return false;
        text = text[1..];
        if (TakeDigits(ref text, out var minute) != 2 || minute > 59)
            return false;
        seconds = hour * 3_600 + minute * 60;
        if (text is [':', ..])
        {
            text = text[1..];
            if (TakeDigits(ref text, out var second) != 2 || second > 60)
                return false;
            seconds += second;
            if (text is ['.' or ',', ..])
            {
                text = text[1..];
                var places = TakeDigits(ref text, out var fraction);
                if (places is < 1 or > 9)
                    return false;
                var unit = 1.0;
                for (; places > 0; places--)
                    unit *= 10;
                seconds += fraction / unit;
            }
        }

        return TryHalf(ref text, hour, ref seconds) && TryZone(text.TrimStart(), ref seconds);
    }

    /// <summary>AM or PM of a clock of twelve hours.</summary>
    private static bool TryHalf(ref ReadOnlySpan<char> text, int hour, ref double seconds)
    {
        var rest = text.TrimStart();
        var morning = rest.StartsWith("AM", StringComparison.OrdinalIgnoreCase);
        if (!morning && !rest.StartsWith("PM", StringComparison.OrdinalIgnoreCase))
            return true;
        if (hour is < 1 or > 12)
            return false;
        seconds += (morning, hour) switch { (true, 12) => -43_200, (false, < 12) => 43_200, _ => 0 };
        text = rest[2..];
        return true;
    }

    private static bool TryZone(ReadOnlySpan<char> text, ref double seconds)
    {
        if (text.Length == 0 || text is "Z" or "z" or "UTC")
            return true;
        if (text[0] is not ('+' or '-'))
            return false;
        var sign = text[0] == '-' ? 1 : -1;
        text = text[1..];
        var digits = TakeDigits(ref text, out var hours);
        var minutes = 0;
        if (digits == 4)
            (hours, minutes) = (hours / 100, hours % 100);
        else if (digits != 2)
            return false;
        if (text is [':', ..])
        {
            text = text[1..];
            if (digits != 2 || TakeDigits(ref text, out minutes) != 2)
                return false;
        }

        seconds += sign * (hours * 3_600 + minutes * 60);
        return text.Length == 0 && hours <= 18 && minutes <= 59;
    }

    private static int TakeDigits(ref ReadOnlySpan<char> text, out int value)
    {
        var count = 0;
        value = 0;
        while (count < text.Length && count < 9 && char.IsAsciiDigit(text[count]))
            value = value * 10 + (text[count++] - '0');
        text = text[count..];
        return count;
    }
}
