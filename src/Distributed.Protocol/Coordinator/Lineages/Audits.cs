using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Coordinator.Lineages;

/// <summary>
/// Audits: blocks hold a step whose result workers dispute. Others compute the shard on the same weights. A worker alone with its result is excluded,
/// and the job rewinds to its last checkpoint, since that worker may have erred earlier where no audit looked.
/// </summary>
internal sealed class Audits(RunContext context, LineageFate fate, Assignments assignments)
{
    private readonly AuditLedger _ledger = new();

    /// <summary>Workers disagree about a shard.</summary>
    public void Hear(AuditDisputed message) => _ledger.Take(message, context.Now);

    /// <summary>The next worker to exclude; once all are, the lineage is lost.</summary>
    public WorkerExcluded? Decide()
    {
        if (_ledger.Dispute is not { } dispute) return null;
        if (_ledger.Verdict is not { } verdict)
        {
            // A job that must rest need not wait for a worker that can decide: no checkpoint contains anything disputed.
            if (context.MustRest) fate.Lose(Reason(dispute));
            return null;
        }
        foreach (var wrong in verdict.Wrong)
            if (context.History.ExclusionOf(wrong) is null)
                return new WorkerExcluded(wrong, dispute.Lineage, dispute.Step, dispute.Shard, VerdictReason(wrong, dispute, verdict));
        if (verdict.Wrong.Count > 0)
            fate.Lose(VerdictReason(verdict.Wrong[0], dispute, verdict));
        else if (_ledger.Age(context.Now) >= context.Times.OwnUpWithin) // no worker claims the counted result: it died, or its claim is in flight
            fate.Lose($"what was counted for shard {dispute.Shard} of step {dispute.Step} is not what {Names(verdict.Right)} computed, and no worker confirms it");
        return null;
    }

    /// <summary>Asks other workers for their claim, and notifies people when there are none.</summary>
    public void Reconcile()
    {
        if (_ledger.Dispute is not { } dispute) return;
        foreach (var worker in _ledger.Ask(assignments.Current, context.Now, context.Times.AskAgain))
            context.Effects.ToWorker(worker, new AuditShard(context.Job, context.Term, context.Lineage, dispute.Step, dispute.Shard));
        if (_ledger.IsAnnounced || _ledger.Age(context.Now) < context.Times.SayWaitingAfter || !_ledger.NeedsAnotherWorker(assignments.Current)) return;
        _ledger.IsAnnounced = true;
        context.Effects.Publish(new JobWaiting(context.Job, Reason(dispute)));
    }

    /// <summary>Why nothing moves; null while no dispute is open.</summary>
    public string? Wait => _ledger.Dispute is { } dispute ? Reason(dispute) : null;

    /// <summary>What should be audited but is not; null when everything is as requested.</summary>
    public string? Remark =>
        context.AuditShare > 0 && assignments.Current.Shares.Count > 0 && !assignments.Current.CanAudit
            ? "audits are skipped: they need two workers that compute"
            : null;

    private string Reason(AuditDisputed dispute) =>
        $"shard {dispute.Shard} of step {dispute.Step} comes out differently for {Names([.. dispute.Claims.Select(claim => claim.Worker)])}: " +
        (_ledger.NeedsAnotherWorker(assignments.Current)
            ? "no other worker is present that could decide; start another worker"
            : "another worker decides");

    private static string VerdictReason(WorkerId wrong, AuditDisputed dispute, AuditVerdict verdict) =>
        $"worker {wrong} computed shard {dispute.Shard} of step {dispute.Step} otherwise than {Names(verdict.Right)}: it is excluded from the job; check its machine";

    private static string Names(IReadOnlyList<WorkerId> workers) => workers.Count switch
    {
        0 => "no worker",
        1 => workers[0].Value,
        <= 4 => $"{string.Join(", ", workers.SkipLast(1))} and {workers[^1]}",
        _ => $"{string.Join(", ", workers.Take(3))} and {workers.Count - 3} others",
    };
}
