using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>
/// The audited shards of a block's open step: the counted results, and the workers' claims. A step is applied only when the counted result of each
/// audited shard is claimed by two workers and denied by none, so no existing version or checkpoint depends on an open audit.
/// </summary>
internal class AuditGate(AuditPlan plan)
{
    /// <summary>Maximum number of claims kept per shard; further ones are not needed.</summary>
    public const int MaximumClaims = 32;

    private const int Enough = 2;

    private readonly SortedDictionary<int, Entry> _shards = [];
    private readonly List<int> _picked = [];

    private sealed class Entry
    {
        public readonly List<ShardClaim> Claims = [];
        public ulong? Counted;

        public bool IsDisputed => Claims.Exists(claim => claim.Hash != (Counted ?? Claims[0].Hash));

        public bool IsIn => Counted is not null && Claims.Count >= Enough && !IsDisputed;
    }

    /// <summary>Whether any shard of the step is audited.</summary>
    public bool HasShards => _shards.Count > 0;

    /// <summary>The audited shards of the step, ascending.</summary>
    public IReadOnlyList<int> Shards => _picked;

    /// <summary>Whether all audits of the step are in and agree.</summary>
    public virtual bool AreIn
    {
        get
        {
            foreach (var entry in _shards.Values)
                if (!entry.IsIn) return false;
            return true;
        }
    }

    /// <summary>The first shard with different claims; null for none.</summary>
    public virtual int? Disputed
    {
        get
        {
            foreach (var (shard, entry) in _shards)
                if (entry.IsDisputed) return shard;
            return null;
        }
    }

    /// <summary>Begins the next step.</summary>
    public void Begin(long step, int leaves)
    {
        if (plan.Share <= 0) return;
        _shards.Clear();
        _picked.Clear();
        plan.AddShards(step, leaves, _picked);
        foreach (var shard in _picked) _shards.Add(shard, new Entry());
    }

    /// <summary>Whether a node sums an audited shard with others: such a node is refused.</summary>
    public bool IsHiddenIn(ReductionNode node)
    {
        if (node.Count == 1) return false;
        foreach (var shard in _picked)
            if (shard >= node.First && shard < node.End) return true;
        return false;
    }

    /// <summary>Whether a node is an audited shard with no counted result yet.</summary>
    public bool Awaits(ReductionNode node) => node.Count == 1 && _shards.TryGetValue(node.First, out var entry) && entry.Counted is null;

    /// <summary>A shard's gradient is in the sum.</summary>
    public void Count(int shard, ulong hash) => _shards[shard].Counted = hash;

    /// <summary>A worker's claim; its first one stands. False when it adds nothing new.</summary>
    public bool Take(int shard, ShardClaim claim)
    {
        if (!_shards.TryGetValue(shard, out var entry) || entry.Claims.Count >= MaximumClaims) return false;
        if (HasClaimOf(shard, claim.Worker)) return false;
        entry.Claims.Add(claim);
        return true;
    }

    /// <summary>The claims for a shard.</summary>
    public IReadOnlyList<ShardClaim> ClaimsOf(int shard) => _shards[shard].Claims;

    /// <summary>Whether a shard's audit is incomplete and this worker has not claimed it.</summary>
    public bool Lacks(int shard, WorkerId worker) => !_shards[shard].IsIn && !HasClaimOf(shard, worker);

    /// <summary>Whether a worker has claimed a shard.</summary>
    protected virtual bool HasClaimOf(int shard, WorkerId worker) => _shards[shard].Claims.Exists(claim => claim.Worker == worker);
}
