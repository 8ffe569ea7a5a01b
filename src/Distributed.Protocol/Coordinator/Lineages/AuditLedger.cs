using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Coordinator.Lineages;

/// <summary>
/// The one audit dispute that the coordinator considers in a lineage. Blocks repeat a dispute while it lasts, so the journal needs only its
/// consequences.
/// </summary>
internal sealed class AuditLedger
{
    /// <summary>Workers asked for their claim at a time.</summary>
    private const int AskedAtOnce = 3;

    private TimeSpan _since;
    private TimeSpan _askAt;
    private int _turn;

    /// <summary>The dispute as a block last reported it; null when all agree.</summary>
    public AuditDisputed? Dispute { get; private set; }

    /// <summary>Who is right; null while the claims do not decide.</summary>
    public AuditVerdict? Verdict { get; private set; }

    /// <summary>Watchers were told that no available worker can decide.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>How long the dispute has lasted.</summary>
    public TimeSpan Age(TimeSpan now) => Dispute is null ? TimeSpan.Zero : now - _since;

    /// <summary>Records a block's report. Of two disputes, the one with more claims stays: it is decided first.</summary>
    public void Take(AuditDisputed message, TimeSpan now)
    {
        if (Dispute is null) _since = now;
        if (message.Claims.Count < Dispute?.Claims.Count) return;
        Dispute = message;
        Verdict = AuditVerdict.Of(message.Claims);
    }

    /// <summary>Workers to ask now: a few that have made no claim, different ones each time. Empty when not due.</summary>
    public IReadOnlyList<WorkerId> Ask(Assignment assignment, TimeSpan now, TimeSpan again)
    {
        if (Dispute is not { } dispute || Verdict is not null || now < _askAt) return [];
        _askAt = now + again;
        var others = OthersOf(dispute, assignment);
        return [.. Enumerable.Range(0, Math.Min(AskedAtOnce, others.Count)).Select(i => others[(_turn++ + i) % others.Count]).Distinct()];
    }

    /// <summary>Whether every assigned worker has made its claim without deciding the dispute.</summary>
    public bool NeedsAnotherWorker(Assignment assignment) =>
        Dispute is { } dispute && Verdict is null && OthersOf(dispute, assignment).Count == 0;

    private static List<WorkerId> OthersOf(AuditDisputed dispute, Assignment assignment) =>
        [.. assignment.Shares.Select(share => share.Worker).Where(worker => dispute.Claims.All(claim => claim.Worker != worker))];
}
