using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Coordinator;

/// <summary>
/// Audits: blocks hold a step about which workers disagree. Others compute the shard on the same weights; whoever is alone with his result is
/// excluded, and the job goes back to its last checkpoint, since he may have erred before where nobody looked.
/// </summary>
public sealed partial class TrainingRun
{
    private readonly AuditLedger _audits = new();

    /// <summary>Workers disagree about a shard.</summary>
    public void OnAuditDisputed(AuditDisputed message, TimeSpan now)
    {
        _now = now;
        if (IsAtRest)
        {
            End(message.Block);
            return;
        }
        if (message.Lineage != Lineage || !_lineageComplete || ViewOf(message.Block) is null) return;
        _audits.Take(message, now);
        Reconcile();
    }

    /// <summary>The next worker to be excluded; once all are, the lineage is lost.</summary>
    private WorkerExcluded? DecideAudit()
    {
        if (_audits.Dispute is not { } dispute) return null;
        if (_audits.Verdict is not { } verdict)
        {
            // A job that is to rest need not wait for somebody who can tell: no checkpoint holds anything disputed.
            if (MustRest) _lostReason ??= AuditReason(dispute);
            return null;
        }
        foreach (var wrong in verdict.Wrong)
            if (_history.ExclusionOf(wrong) is null)
                return new WorkerExcluded(wrong, dispute.Lineage, dispute.Step, dispute.Shard, VerdictReason(wrong, dispute, verdict));
        if (verdict.Wrong.Count > 0)
            _lostReason ??= VerdictReason(verdict.Wrong[0], dispute, verdict);
        else if (_audits.Age(_now) >= _times.OwnUpWithin) // what was counted is nobody's: it died, or its word is still on its way
            _lostReason ??= $"what was counted for shard {dispute.Shard} of step {dispute.Step} is not what {Names(verdict.Right)} computed, and nobody stands by it";
        return null;
    }

    private void Exclude(WorkerExcluded excluded)
    {
        if (_crew.Find(excluded.Worker) is { } member) _crew.Exclude(member, excluded.Reason);
        Leave(excluded.Worker);
    }

    /// <summary>Asks others for their opinion, and people when there are none.</summary>
    private void ReconcileAudit()
    {
        if (_audits.Dispute is not { } dispute) return;
        foreach (var worker in _audits.Ask(_assignment, _now, _times.AskAgain))
            _effects.ToWorker(worker, new AuditShard(_job, _term, Lineage, dispute.Step, dispute.Shard));
        if (_audits.IsAnnounced || _audits.Age(_now) < _times.SayWaitingAfter || !_audits.NeedsSomebodyElse(_assignment)) return;
        _audits.IsAnnounced = true;
        _effects.Publish(new JobWaiting(_job, AuditReason(dispute)));
    }

    /// <summary>Why nothing moves; null while no dispute is open.</summary>
    private string? AuditWait() => _audits.Dispute is { } dispute ? AuditReason(dispute) : null;

    /// <summary>What is not audited although it should be; null when everything is as it was wanted.</summary>
    private string? AuditRemark() =>
        _history.Lineage?.AuditShare > 0 && _assignment.Shares.Count > 0 && !_assignment.CanAudit
            ? "audits are skipped: they need two workers that compute"
            : null;

    private string AuditReason(AuditDisputed dispute) =>
        $"shard {dispute.Shard} of step {dispute.Step} comes out differently for {Names([.. dispute.Claims.Select(claim => claim.Worker)])}: " +
        (_audits.NeedsSomebodyElse(_assignment) ? "nobody is there who can tell which is right; start another worker" : "another worker decides");

    private static string VerdictReason(WorkerId wrong, AuditDisputed dispute, AuditVerdict verdict) =>
        $"worker {wrong} computed shard {dispute.Shard} of step {dispute.Step} otherwise than {Names(verdict.Right)}: it is excluded from the job; check its machine";

    private static string Names(IReadOnlyList<WorkerId> workers) => workers.Count switch
    {
        0 => "nobody",
        1 => workers[0].Value,
        <= 4 => $"{string.Join(", ", workers.SkipLast(1))} and {workers[^1]}",
        _ => $"{string.Join(", ", workers.Take(3))} and {workers.Count - 3} others",
    };
}
