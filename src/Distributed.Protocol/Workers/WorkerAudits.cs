using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Workers;

/// <summary>
/// Audits: an audited shard is computed and sent apart from its neighbours. Its result is claimed at every block by its owner and by a second worker,
/// whose gradient is not counted.
/// </summary>
internal sealed class WorkerAudits(JobId job, WorkerId worker, ulong seed, BlockLayout layout, IWorkerEffects effects)
{
    private readonly List<int> _audited = []; // of the step, ascending
    private readonly List<int> _auditing = []; // another worker's, handed to the compute threads
    private readonly Dictionary<int, ulong[]> _claims = []; // of the step: shard → hash at each block
    private readonly List<IndexRange> _runs = [];
    private AuditPlan _plan = AuditPlan.None;
    private long _lineage;
    private long _step = -1;

    /// <summary>Whether any shard of the step is audited.</summary>
    public bool HasShards => _audited.Count > 0;

    /// <summary>Sets the lineage's share, which is the same in all of its assignments.</summary>
    public void SetShare(double share)
    {
        if (_plan.Share == share) return;
        _plan = new AuditPlan(seed, share);
        _step = -1;
    }

    /// <summary>Finds the audited shards of a step.</summary>
    public void Begin(long lineage, long step, int leaves)
    {
        _lineage = lineage;
        if (_step == step) return;
        _step = step;
        _audited.Clear();
        _plan.AddShards(step, leaves, _audited);
    }

    /// <summary>The step is over.</summary>
    public void Close()
    {
        _auditing.Clear();
        _claims.Clear();
    }

    /// <summary>Whether a node is an audited shard of a step.</summary>
    public bool IsAudited(long step, ReductionNode node) => node.Count == 1 && _step == step && _audited.Contains(node.First);

    /// <summary>Whether a shard's result is claimed.</summary>
    public bool HasClaimed(int shard) => _claims.ContainsKey(shard);

    /// <summary>Splits a run so that each audited shard stands alone. The next call overwrites the result.</summary>
    public List<IndexRange> Split(IndexRange run)
    {
        _runs.Clear();
        var next = run.First;
        foreach (var shard in _audited)
        {
            if (!run.Contains(shard)) continue;
            if (shard > next) _runs.Add(new IndexRange(next, shard - next));
            _runs.Add(new IndexRange(shard, 1));
            next = shard + 1;
        }
        if (next < run.End) _runs.Add(new IndexRange(next, run.End - next));
        return _runs;
    }

    /// <summary>The audited shards that the assignment gives this worker as second.</summary>
    public IEnumerable<int> SecondsOf(Assignment assignment, int leaves)
    {
        foreach (var shard in _audited)
            if (assignment.SecondOf(leaves, shard) is { } second && assignment.Shares[second].Worker == worker) yield return shard;
    }

    /// <summary>Whether another worker's shard must be computed; if so, it is now in progress.</summary>
    public bool TryBegin(int shard)
    {
        if (_claims.ContainsKey(shard) || _auditing.Contains(shard)) return false;
        _auditing.Add(shard);
        return true;
    }

    /// <summary>Claims the result of an audited shard at every block, once.</summary>
    public void Claim(IComputedNode node)
    {
        var shard = node.Node.First;
        if (_claims.ContainsKey(shard)) return;
        var hashes = new ulong[layout.Count];
        for (var block = 0; block < hashes.Length; block++)
            hashes[block] = GradientHash.Of(node.Gradient.Span.Slice(layout[block].First, layout[block].Count), node.Metrics);
        _claims.Add(shard, hashes);
        Repeat(shard);
    }

    /// <summary>Sends a claim to every block.</summary>
    public void Repeat(int shard)
    {
        for (var block = 0; block < layout.Count; block++) Send(shard, block);
    }

    /// <summary>Sends a block the claims of some leaves.</summary>
    public void Repeat(IndexRange leaves, int block)
    {
        foreach (var shard in _claims.Keys)
            if (leaves.Contains(shard)) Send(shard, block);
    }

    private void Send(int shard, int block) =>
        effects.ToBlock(new PushShardHash(job, block, _lineage, _step, shard, worker, _claims[shard][block]));
}
