using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>Audits of the open step: a step with audited shards waits until two workers agree on each of them.</summary>
internal sealed class StepAudits(BlockSite site, LoadBlock load, AuditGate gate)
{
    private readonly List<WorkerId> _silent = [];
    private RepeatTimer _dispute;
    private long _step;
    private int _leaves;

    /// <summary>Whether any shard of the step is audited.</summary>
    public bool HasShards => gate.HasShards;

    /// <summary>Begins the next step.</summary>
    public void Begin(long step, int leaves)
    {
        (_step, _leaves) = (step, leaves);
        gate.Begin(step, leaves);
    }

    /// <inheritdoc cref="AuditGate.IsHiddenIn"/>
    public bool IsHiddenIn(ReductionNode node) => gate.IsHiddenIn(node);

    /// <inheritdoc cref="AuditGate.Awaits"/>
    public bool Awaits(ReductionNode node) => gate.Awaits(node);

    /// <summary>A shard's gradient is in the sum.</summary>
    public void Count(int shard, ulong hash, TimeSpan now)
    {
        gate.Count(shard, hash);
        ReportDispute(now);
    }

    /// <summary>A worker's claim. False when it adds nothing new.</summary>
    public bool Take(PushShardHash message, TimeSpan now)
    {
        if (!gate.Take(message.Shard, new ShardClaim(message.Worker, message.Hash))) return false;
        _dispute.Reset();
        ReportDispute(now);
        return true;
    }

    /// <summary>Whether the assignment lets the block require two claims: a worker on its own is not audited.</summary>
    public bool IsAudited(Assignment assignment) => load.AuditShare > 0 && (assignment.Number == 0 || assignment.CanAudit);

    /// <summary>Whether the step must wait: always while claims differ; for missing claims, only while workers are available to make them.</summary>
    public bool Holds(Assignment assignment) => gate.HasShards && (gate.Disputed is not null || (IsAudited(assignment) && !gate.AreIn));

    /// <summary>Repeats conflicting claims until the coordinator begins another lineage.</summary>
    public void ReportDispute(TimeSpan now)
    {
        if (gate.Disputed is not { } shard || !_dispute.IsDue(now, site.Times.ReportAgain)) return;
        site.Effects.ToCoordinator(new AuditDisputed(site.Job, site.Block, load.Lineage, _step, shard, [.. gate.ClaimsOf(shard)]));
    }

    /// <summary>Workers that audit in the step without computing shards of their own: they need its weights too.</summary>
    public IEnumerable<WorkerId> AuditorsWithoutShards(Assignment assignment)
    {
        foreach (var shard in gate.Shards)
            if (assignment.SecondOf(_leaves, shard) is { } second && assignment.RunAt(second, _leaves).Count == 0)
                yield return assignment.Shares[second].Worker;
    }

    /// <summary>Asks the auditors of a shard that have not claimed it for their result.</summary>
    public void Ask(Assignment assignment)
    {
        if (!Holds(assignment)) return;
        foreach (var (shard, worker) in MissingClaims(assignment))
            site.Effects.ToWorker(worker, new GetMissingNodes(site.Job, site.Block, load.Lineage, _step, new IndexRange(shard, 1)));
    }

    /// <summary>The workers whose missing audits hold up the step; a disputed shard is the coordinator's concern.</summary>
    public IReadOnlyList<WorkerId> FindSilent(Assignment assignment)
    {
        _silent.Clear();
        if (!Holds(assignment) || gate.Disputed is not null) return _silent;
        foreach (var (_, worker) in MissingClaims(assignment))
            if (!_silent.Contains(worker)) _silent.Add(worker);
        return _silent;
    }

    private IEnumerable<(int Shard, WorkerId Worker)> MissingClaims(Assignment assignment)
    {
        foreach (var shard in gate.Shards)
        {
            if (assignment.OwnerOf(_leaves, shard) is { } owner && gate.Lacks(shard, assignment.Shares[owner].Worker))
                yield return (shard, assignment.Shares[owner].Worker);
            if (assignment.SecondOf(_leaves, shard) is { } second && gate.Lacks(shard, assignment.Shares[second].Worker))
                yield return (shard, assignment.Shares[second].Worker);
        }
    }
}
