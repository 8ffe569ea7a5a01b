using Distributed.Protocol.Identity;

namespace Distributed.Protocol.Planning;

/// <summary>One worker's share of every step.</summary>
/// <param name="Worker">The worker.</param>
/// <param name="Weight">Its share relative to the sum of all weights; 0: connected but given nothing.</param>
internal sealed record WorkerShare(WorkerId Worker, int Weight)
{
    /// <summary>It was late and has not caught up: audits do not wait for its claim.</summary>
    public bool IsLate { get; init; }
}

/// <summary>
/// Which worker computes which shards, for every open step: a numbered list of weights. A step's runs are a pure function of the weights and its
/// number of shards. A later number replaces an earlier one.
/// </summary>
/// <param name="Number">Increases with every change.</param>
/// <param name="Shares">The workers in a fixed order.</param>
internal sealed record Assignment(long Number, IReadOnlyList<WorkerShare> Shares)
{
    private readonly long[] _before = SumsBefore(Shares); // blocks query every worker's run in every step

    /// <summary>No worker computes.</summary>
    public static Assignment None { get; } = new(0, []);

    /// <summary>A worker's run of leaves in a step with <paramref name="leaves"/> shards; empty when it has none.</summary>
    public IndexRange RunOf(WorkerId worker, int leaves)
    {
        for (var i = 0; i < Shares.Count; i++)
            if (Shares[i].Worker == worker) return RunAt(i, leaves);
        return default;
    }

    /// <summary>The run of the worker at an index of <see cref="Shares"/>.</summary>
    public IndexRange RunAt(int place, int leaves)
    {
        var total = _before[^1];
        if (total == 0) return default;
        var start = (int)(leaves * _before[place] / total);
        var end = (int)(leaves * _before[place + 1] / total);
        return new IndexRange(start, end - start);
    }

    /// <summary>The only worker that computes shards; null when there are several, or none.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public WorkerId? Sole
    {
        get
        {
            WorkerId? sole = null;
            for (var i = 0; i < Shares.Count; i++)
            {
                if (Shares[i].Weight == 0) continue;
                if (sole is not null) return null;
                sole = Shares[i].Worker;
            }
            return sole;
        }
    }

    /// <summary>Whether there are two workers with comparable claims.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool CanAudit => Shares.Count(share => !share.IsLate) >= 2;

    /// <summary>The index of a shard's owner in a step with <paramref name="leaves"/> shards; null when no worker computes.</summary>
    public int? OwnerOf(int leaves, int shard)
    {
        for (var i = 0; i < Shares.Count; i++)
            if (RunAt(i, leaves).Contains(shard)) return i;
        return null;
    }

    /// <summary>The owners of missing leaves: each part of a gap with its owner, ordered by owner.</summary>
    public IEnumerable<(WorkerId Worker, IndexRange Leaves)> OwnersOf(int leaves, IReadOnlyList<IndexRange> gaps)
    {
        for (var i = 0; i < Shares.Count; i++)
        {
            var run = RunAt(i, leaves);
            foreach (var gap in gaps)
            {
                var first = Math.Max(run.First, gap.First);
                var count = Math.Min(run.End, gap.End) - first;
                if (count > 0) yield return (Shares[i].Worker, new IndexRange(first, count));
            }
        }
    }

    /// <summary>
    /// The index of the worker that audits a shard: the next one after its owner that has shards of its own, or else the next one; late workers are
    /// skipped. Null when there is none.
    /// </summary>
    public int? SecondOf(int leaves, int shard)
    {
        if (OwnerOf(leaves, shard) is not { } owner) return null;
        int? idle = null;
        for (var i = 1; i < Shares.Count; i++)
        {
            var place = (owner + i) % Shares.Count;
            if (Shares[place].IsLate) continue;
            if (Shares[place].Weight > 0) return place;
            idle ??= place;
        }
        return idle;
    }

    /// <inheritdoc/>
    public bool Equals(Assignment? other) => other is not null && Number == other.Number && Shares.SequenceEqual(other.Shares);

    /// <inheritdoc/>
    public override int GetHashCode() => Number.GetHashCode();

    private static long[] SumsBefore(IReadOnlyList<WorkerShare> shares)
    {
        var sums = new long[shares.Count + 1];
        for (var i = 0; i < shares.Count; i++) sums[i + 1] = sums[i] + shares[i].Weight;
        return sums;
    }

    /// <summary>Whether a worker is listed, with any weight.</summary>
    public bool Lists(WorkerId worker)
    {
        for (var i = 0; i < Shares.Count; i++)
            if (Shares[i].Worker == worker) return true;
        return false;
    }
}
