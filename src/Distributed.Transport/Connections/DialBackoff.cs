namespace Distributed.Transport.Connections;

/// <summary>
/// How long to wait before dialling again: doubled with each failure up to a bound, and between half and all of it, so that the nodes which
/// lost the same peer do not return at the same moment. Pure: the seed is the only chance.
/// </summary>
internal sealed class DialBackoff(TimeSpan shortest, TimeSpan longest, int seed)
{
    private readonly Random _random = new(seed);
    private int _failures;

    /// <summary>The pause after one more failure.</summary>
    public TimeSpan Next()
    {
        var doubled = shortest * Math.Pow(2, _failures);
        if (doubled < longest) _failures++;
        return (doubled < longest ? doubled : longest) * (0.5 + 0.5 * _random.NextDouble());
    }

    /// <summary>A connection was made.</summary>
    public void Reset() => _failures = 0;
}
