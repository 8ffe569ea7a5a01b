using System.Diagnostics;

namespace Distributed.Benchmarks;

/// <summary>Best-of-several timing, as the peer's script does it: the minimum is what the machine can do when left alone.</summary>
internal static class Timing
{
    /// <summary>Seconds of one call: the best mean of several rounds.</summary>
    /// <param name="call">What is timed.</param>
    /// <param name="seconds">About how long all rounds take.</param>
    /// <param name="rounds">Number of rounds.</param>
    public static double Best(Action call, double seconds = 0.6, int rounds = 4)
    {
        var warmUntil = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 20;
        for (var i = 0; i < 10 || Stopwatch.GetTimestamp() < warmUntil; i++) call();

        var started = Stopwatch.GetTimestamp();
        call();
        var once = Math.Max(1e-7, Stopwatch.GetElapsedTime(started).TotalSeconds);
        var count = Math.Max(3, (int)(seconds / rounds / once));
        var best = double.PositiveInfinity;
        for (var round = 0; round < rounds; round++)
        {
            started = Stopwatch.GetTimestamp();
            for (var i = 0; i < count; i++) call();
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds / count);
        }

        return best;
    }
}
