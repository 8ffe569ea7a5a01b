namespace Distributed.Protocol;

/// <summary>A worker's name, unique over the cluster's life: a restarted worker is another one.</summary>
/// <param name="Value">The name.</param>
public readonly record struct WorkerId(string Value)
{
    /// <summary>The order in which assignments list workers.</summary>
    public static IComparer<WorkerId> Order { get; } = Comparer<WorkerId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value));

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>One worker's share of every step.</summary>
/// <param name="Worker">The worker.</param>
/// <param name="Weight">Its share in units of the sum of all weights; 0: connected but given nothing.</param>
public sealed record WorkerShare(WorkerId Worker, int Weight);

/// <summary>
/// Which worker computes which shards, for every open step: a numbered list of weights from which the runs of a step follow as a pure
/// function of the weights and that step's number of shards. A later number replaces an earlier one.
/// </summary>
/// <param name="Number">Rises with every change.</param>
/// <param name="Shares">The workers in a fixed order.</param>
public sealed record Assignment(long Number, IReadOnlyList<WorkerShare> Shares)
{
    private readonly long[] _before = SumsBefore(Shares); // blocks ask for every worker's run in every step

    /// <summary>Nobody computes.</summary>
    public static Assignment None { get; } = new(0, []);

    /// <summary>The run of leaves that falls to a worker in a step with <paramref name="leaves"/> shards; empty when it has none.</summary>
    public IndexRange RunOf(WorkerId worker, int leaves)
    {
        for (var i = 0; i < Shares.Count; i++)
            if (Shares[i].Worker == worker) return RunAt(i, leaves);
        return default;
    }

    /// <summary>The run of the worker at a place of <see cref="Shares"/>.</summary>
    public IndexRange RunAt(int place, int leaves)
    {
        var total = _before[^1];
        if (total == 0) return default;
        var start = (int)(leaves * _before[place] / total);
        var end = (int)(leaves * _before[place + 1] / total);
        return new IndexRange(start, end - start);
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

    /// <summary>Whether a worker is listed, with whatever weight.</summary>
    public bool Lists(WorkerId worker)
    {
        for (var i = 0; i < Shares.Count; i++)
            if (Shares[i].Worker == worker) return true;
        return false;
    }
}
