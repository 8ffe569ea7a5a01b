using System.Diagnostics;

namespace Distributed.Transport.Tests;

/// <summary>Waits for a condition with a bound; never for a time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Waits until the condition holds and returns how long that took.</summary>
    public static TimeSpan Holds(Func<bool> condition, string what)
    {
        var started = Stopwatch.GetTimestamp();
        var spin = new SpinWait();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Limit, $"not within {Limit.TotalSeconds} s: {what}");
            spin.SpinOnce();
        }
        return Stopwatch.GetElapsedTime(started);
    }
}
