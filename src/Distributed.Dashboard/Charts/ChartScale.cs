namespace Distributed.Dashboard.Charts;

/// <summary>Maps values to places on one axis.</summary>
internal sealed record ChartScale
{
    private readonly double _low, _high;

    private ChartScale(double low, double high, bool isLogarithmic, double begin, double end) =>
        (_low, _high, IsLogarithmic, Begin, End) = (low, high, isLogarithmic, begin, end);

    /// <summary>Whether it is logarithmic.</summary>
    public bool IsLogarithmic { get; }

    /// <summary>The place of the lowest value.</summary>
    public double Begin { get; }

    /// <summary>The place of the highest value.</summary>
    public double End { get; }

    /// <summary>A scale over values; without a spread, one around the value.</summary>
    /// <param name="values">Finite, and above zero for a logarithmic scale.</param>
    /// <param name="isLogarithmic">Whether equal factors are equally far apart.</param>
    /// <param name="begin">The place of the lowest.</param>
    /// <param name="end">The place of the highest.</param>
    public static ChartScale Over(IEnumerable<double> values, bool isLogarithmic, double begin, double end)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values) (low, high) = (Math.Min(low, value), Math.Max(high, value));
        if (low > high) (low, high) = isLogarithmic ? (0.1, 1) : (0, 1);
        if (isLogarithmic) (low, high) = (Math.Log10(low), Math.Log10(high));
        if (high - low <= Math.Abs(high) * 1e-9) (low, high) = high == 0 || isLogarithmic ? (low - 0.5, high + 0.5) : (low - (Math.Abs(low) * 0.1), high + (Math.Abs(high) * 0.1));
        return new ChartScale(low, high, isLogarithmic, begin, end);
    }

    /// <summary>The place of a value.</summary>
    public double Place(double value) => Begin + (((IsLogarithmic ? Math.Log10(value) : value) - _low) / (_high - _low) * (End - Begin));

    /// <summary>The value at a place.</summary>
    public double ValueAt(double place)
    {
        var value = _low + ((place - Begin) / (End - Begin) * (_high - _low));
        return IsLogarithmic ? Math.Pow(10, value) : value;
    }

    /// <summary>Round values to mark, ascending: about so many, at least two where there are.</summary>
    /// <param name="about">How many.</param>
    public IReadOnlyList<double> Ticks(int about)
    {
        if (IsLogarithmic && _high - _low >= 1) return Powers(about);
        var (low, high) = IsLogarithmic ? (Math.Pow(10, _low), Math.Pow(10, _high)) : (_low, _high);
        var step = Step((high - low) / Math.Max(1, about));
        var ticks = new List<double>();
        for (var number = Math.Ceiling((low / step) - 1e-9); number * step <= high + (step * 1e-9) && ticks.Count < 100; number++) ticks.Add(number * step);
        return ticks;
    }

    private List<double> Powers(int about)
    {
        var stride = Math.Max(1, (int)Math.Ceiling((_high - _low) / about));
        var ticks = new List<double>();
        for (var power = (int)Math.Ceiling(_low - 1e-9); power <= _high + 1e-9; power += stride) ticks.Add(Math.Pow(10, power));
        return ticks;
    }

    private static double Step(double rough)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return (rough / unit) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 } * unit;
    }
}
