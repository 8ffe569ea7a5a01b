using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Measures;

/// <summary>The latest times of something that happens in every step. One thread at a time.</summary>
internal sealed class RecentTimes
{
    /// <summary>How many are kept: enough for a 95th percentile, and no more than some seconds of the fastest steps.</summary>
    public const int Most = 512;

    private readonly float[] _seconds = new float[Most];

    /// <summary>All that were ever added.</summary>
    public long Count { get; private set; }

    /// <summary>One more; the oldest is forgotten.</summary>
    public void Add(double seconds) => _seconds[Count++ % Most] = (float)seconds;

    /// <summary>Nearest-rank percentiles of those that are kept; null before the first.</summary>
    public StepTiming? Summarize()
    {
        if (Count == 0) return null;
        var sorted = _seconds[..(int)Math.Min(Count, Most)];
        Array.Sort(sorted);
        return new StepTiming(AtRank(sorted, 50), AtRank(sorted, 95));
    }

    private static double AtRank(float[] sorted, int percent) => sorted[(sorted.Length * percent + 99) / 100 - 1];
}
