namespace Distributed.Data.Tables;

/// <summary>
/// Reads numbers as people write them: 1,234.50 or 1.234,50, $ 12, 12 €, 77 %, (12) and −12. Group separators must part groups of three
/// digits; a percentage keeps its unit (77 % is 77).
/// </summary>
internal static class WrittenNumber
{
    private const string Currencies = "$€£¥₹₽₩₺฿₫₴";
    private const int Longest = 100;

    private static readonly string[] CurrencyCodes = ["USD", "EUR", "GBP", "CHF", "JPY", "CNY", "INR", "SEK", "NOK", "DKK", "PLN", "BRL", "Rs.", "R$", "kr", "zł"];

    /// <summary>Reads a cell without surrounding blanks.</summary>
    /// <param name="cell">The text.</param>
    /// <param name="notation">The column's notation.</param>
    /// <param name="number">The number; NaN when it is none.</param>
    public static bool TryRead(string cell, NumberNotation notation, out double number)
    {
        number = double.NaN;
        if (cell.Length > Longest || !cell.Any(char.IsAsciiDigit))
            return false;
        var text = cell.AsSpan();
        var negative = TakeSign(ref text);
        var bracketed = !negative && text is ['(', .., ')'];
        if (bracketed)
            text = text[1..^1].Trim();
        TakeUnits(ref text);
        if (!negative && !bracketed)
            negative = TakeSign(ref text);
        Span<char> plain = stackalloc char[Longest + 1];
        var length = Plain(text, notation, plain);
        if (length == 0 || CellNumber.Read(plain[..length].ToString(), out number) != CellKind.Number)
        {
            number = double.NaN;
            return false;
        }

        number = negative || bracketed ? -number : number;
        return true;
    }

    /// <summary>Whether digits are parted into groups by a mark that is a decimal mark in the other notation, as in 1,234.</summary>
    public static bool IsAmbiguous(string cell) =>
        TryRead(cell, NumberNotation.Point, out var point) && TryRead(cell, NumberNotation.Comma, out var comma) && !point.Equals(comma);

    private static bool TakeSign(ref ReadOnlySpan<char> text)
    {
        if (text is not ['-' or '+' or '−' or '–', ..])
            return false;
        var negative = text[0] != '+';
        text = text[1..].TrimStart();
        return negative;
    }

    private static void TakeUnits(ref ReadOnlySpan<char> text)
    {
        if (text is [.., '%'])
        {
            text = text[..^1].TrimEnd();
            return;
        }

        foreach (var code in CurrencyCodes)
        {
            if (text.StartsWith(code, StringComparison.OrdinalIgnoreCase))
            {
                text = text[code.Length..].TrimStart();
                return;
            }

            if (text.EndsWith(code, StringComparison.OrdinalIgnoreCase))
            {
                text = text[..^code.Length].TrimEnd();
                return;
            }
        }

        if (text.Length > 0 && Currencies.Contains(text[0]))
            text = text[1..].TrimStart();
        else if (text.Length > 0 && Currencies.Contains(text[^1]))
            text = text[..^1].TrimEnd();
    }

    /// <summary>The digits with a decimal point and no groups; 0 characters when the text is no number of the notation.</summary>
    private static int Plain(ReadOnlySpan<char> text, NumberNotation notation, Span<char> plain)
    {
        var (mark, group) = notation == NumberNotation.Point ? ('.', ',') : (',', '.');
        if (text.Length == 0 || !(char.IsAsciiDigit(text[0]) || text[0] == mark))
            return 0;
        var end = text.IndexOf(mark);
        var whole = end < 0 ? text : text[..end];
        var exponent = whole.IndexOfAny('e', 'E');
        if (exponent > 0)
        {
            whole = whole[..exponent];
            end = exponent;
        }

        var length = WholePart(whole, group, plain);
        if (length < 0)
            return 0;
        if (end < 0)
            return length;
        foreach (var c in text[end..])
        {
            if (c == group)
                return 0;
            plain[length++] = c == mark ? '.' : c;
        }

        return length;
    }

    /// <summary>Copies the digits before the decimals: alone, or in groups of three that one kind of separator parts.</summary>
    /// <returns>How many; −1 where the groups are wrong.</returns>
    private static int WholePart(ReadOnlySpan<char> whole, char group, Span<char> plain)
    {
        var (length, inGroup, separator) = (0, 0, '\0');
        foreach (var c in whole)
        {
            if (char.IsAsciiDigit(c))
            {
                plain[length++] = c;
                inGroup++;
                continue;
            }

            var isGroup = c == group || c is ' ' or '\u00a0' or '\u202f' or '\u2009' or '\'' or '’';
            var fits = separator == '\0' ? inGroup is >= 1 and <= 3 : c == separator && inGroup == 3;
            if (!isGroup || !fits)
                return -1;
            (separator, inGroup) = (c, 0);
        }

        return separator == '\0' || inGroup == 3 ? length : -1;
    }
}
