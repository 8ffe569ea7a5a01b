using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Measures;

/// <summary>The most recent durations of an operation that occurs in every step. Not thread-safe.</summary>
internal sealed class RecentTimes
{
    /// <summary>The number kept: enough for a 95th percentile, and at most some seconds of the fastest steps.</summary>
    public const int Most = 512;

    private readonly float[] _seconds = new float[Most];

    /// <summary>The number added in total.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a duration, replacing the oldest when full.</summary>
    public void Add(double seconds) => _seconds[Count++ % Most] = (float)seconds;

    /// <summary>Nearest-rank percentiles of the kept durations; null when there are none.</summary>
    public StepTiming? Summarize()
    {
        if (Count == 0) return null;
        var sorted = _seconds[..(int)Math.Min(Count, Most)];
        Array.Sort(sorted);
        return new StepTiming(AtRank(sorted, 50), AtRank(sorted, 95));
    }

    private static double AtRank(float[] sorted, int percent) => sorted[(sorted.Length * percent + 99) / 100 - 1];
}
