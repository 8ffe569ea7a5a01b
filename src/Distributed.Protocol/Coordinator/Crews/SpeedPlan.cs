using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Coordinator.Crews;

/// <summary>
/// Divides a step into shares by measured speed. A step ends with its last worker, so the longest time counts; shards are whole, so each worker gets
/// a number of them. Pure functions.
/// </summary>
internal static class SpeedPlan
{
    /// <summary>
    /// Shares change only when the step gets shorter by more than this fraction: measurements fluctuate, and each change has a small cost.
    /// </summary>
    public const double Tolerance = 0.15;

    /// <summary>
    /// The number of shards per worker that finishes a step first: each shard goes to the worker that would complete it earliest. The numbers serve
    /// as weights.
    /// </summary>
    /// <param name="speeds">Each worker's speed, in any unit; null while unknown, taken as average. 0: it gets nothing.</param>
    /// <param name="leaves">Shards of a step, at least 1.</param>
    public static int[] Shares(IReadOnlyList<double?> speeds, int leaves)
    {
        var shares = new int[speeds.Count];
        var average = Average(speeds);
        var queue = new PriorityQueue<int, (double Done, int Place)>(speeds.Count);
        for (var i = 0; i < speeds.Count; i++)
            if ((speeds[i] ?? average) is > 0 and var speed) queue.Enqueue(i, (1 / speed, i));
        if (queue.Count == 0) return shares;
        for (var leaf = 0; leaf < leaves; leaf++)
        {
            var place = queue.Dequeue();
            shares[place]++;
            queue.Enqueue(place, ((shares[place] + 1) / (speeds[place] ?? average), place));
        }
        return shares;
    }

    /// <summary>The duration of a step under given shares, in shards per unit of speed.</summary>
    public static double StepTime(IReadOnlyList<double?> speeds, Assignment assignment, int leaves)
    {
        var average = Average(speeds);
        var longest = 0.0;
        for (var i = 0; i < speeds.Count; i++)
        {
            var count = assignment.RunAt(i, leaves).Count;
            if (count > 0) longest = Math.Max(longest, count / (speeds[i] ?? average));
        }
        return longest;
    }

    /// <summary>Whether other shares shorten a step enough to be worth the change.</summary>
    /// <param name="speeds">As for <see cref="Shares"/>, of the workers of <paramref name="assignment"/>.</param>
    /// <param name="assignment">The shares in force.</param>
    /// <param name="leaves">Shards of a step.</param>
    public static bool IsWorthAChange(IReadOnlyList<double?> speeds, Assignment assignment, int leaves)
    {
        var shares = Shares(speeds, leaves);
        var planned = new Assignment(0, [.. assignment.Shares.Select((share, i) => share with { Weight = shares[i] })]);
        return StepTime(speeds, assignment, leaves) > StepTime(speeds, planned, leaves) * (1 + Tolerance);
    }

    private static double Average(IReadOnlyList<double?> speeds)
    {
        var (sum, count) = (0.0, 0);
        foreach (var speed in speeds)
        {
            if (speed is not > 0) continue;
            sum += speed.Value;
            count++;
        }
        return count > 0 ? sum / count : 1;
    }
}
