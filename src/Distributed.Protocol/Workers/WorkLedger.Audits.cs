using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Workers;

/// <summary>
/// Audits: an audited shard is computed and sent apart from its neighbours, and what it comes to is claimed at every block, by the worker that
/// it falls to and by a second one, whose gradient counts nowhere.
/// </summary>
public sealed partial class WorkLedger
{
    private readonly List<int> _audited = []; // of the current step, ascending
    private readonly List<int> _auditing = []; // handed to the compute threads although another worker's
    private readonly Dictionary<int, ulong[]> _claims = []; // of the current step: shard to its hash at each block
    private AuditPlan _audits = AuditPlan.None;
    private long _auditedStep = -1;

    /// <summary>A coordinator wants another opinion about a shard of an open step.</summary>
    public void OnAuditShard(AuditShard message, TimeSpan now)
    {
        if (!AcceptTerm(message.Term) || message.Lineage != _lineage) return;
        if (message.Step > Version)
        {
            _askAt = now;
            OnTick(now);
            return;
        }
        if (message.Step != Version || Version >= _plan.TotalSteps) return;
        _openThrough = Math.Max(_openThrough, _plan.EpochOf(message.Step)); // that it was computed proves that it may be
        Plan();
        if (!IsAudited(new ReductionNode(message.Shard, 1))) return;
        if (_claims.ContainsKey(message.Shard))
            for (var block = 0; block < _layout.Count; block++) SendClaim(message.Shard, block);
        else Audit(message.Shard);
    }

    /// <summary>The share belongs to the lineage: it is the same in all of its assignments.</summary>
    private void TakeShare(double share)
    {
        if (_audits.Share == share) return;
        _audits = new AuditPlan(_seed, share);
        _auditedStep = -1;
    }

    /// <summary>Finds the audited shards of the current step.</summary>
    private void PickAudited()
    {
        if (_auditedStep == Version) return;
        _auditedStep = Version;
        _audited.Clear();
        _audits.AddShards(Version, _plan.ShardCount(Version), _audited);
    }

    /// <summary>Hands out a run, its audited shards apart from the others.</summary>
    private void Compute(IndexRange run)
    {
        var next = run.First;
        foreach (var shard in _audited)
        {
            if (!run.Contains(shard)) continue;
            if (shard > next) _effects.Compute(_lineage, Version, new IndexRange(next, shard - next), _weights.View);
            _effects.Compute(_lineage, Version, new IndexRange(shard, 1), _weights.View);
            next = shard + 1;
        }
        if (next < run.End) _effects.Compute(_lineage, Version, new IndexRange(next, run.End - next), _weights.View);
    }

    /// <summary>Hands out the shards whose second opinion is this worker's by the assignment.</summary>
    private void PlanAudits()
    {
        var leaves = _plan.ShardCount(Version);
        foreach (var shard in _audited)
            if (_assignment.SecondOf(leaves, shard) is { } second && _assignment.Shares[second].Worker == _worker) Audit(shard);
    }

    private void Audit(int shard)
    {
        if (_claims.ContainsKey(shard) || _auditing.Contains(shard) || IsPlanned(shard)) return;
        _auditing.Add(shard);
        _effects.Compute(_lineage, Version, new IndexRange(shard, 1), _weights.View);
    }

    /// <summary>Claims an audited shard. Returns whether its gradient is to be sent: it falls to this worker, and was not sent before.</summary>
    private bool Claim(IComputedNode node)
    {
        var shard = node.Node.First;
        if (!_claims.ContainsKey(shard))
        {
            var hashes = new ulong[_layout.Count];
            for (var block = 0; block < hashes.Length; block++)
                hashes[block] = GradientHash.Of(node.Gradient.Span.Slice(_layout[block].First, _layout[block].Count), node.Metrics);
            _claims.Add(shard, hashes);
            for (var block = 0; block < hashes.Length; block++) SendClaim(shard, block);
        }
        return IsPlanned(shard) && !_nodes.Exists(kept => kept.Node == node.Node);
    }

    private void SendClaim(int shard, int block) =>
        _effects.ToBlock(new PushShardHash(_job, block, _lineage, Version, shard, _worker, _claims[shard][block]));

    private bool IsAudited(ReductionNode node) => node.Count == 1 && _auditedStep == Version && _audited.Contains(node.First);

    private bool IsPlanned(int shard) => _planned.Exists(run => run.Contains(shard));
}
