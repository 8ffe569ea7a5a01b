using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Coordinator.Lineages;

/// <summary>
/// The one dispute about an audited shard that is before the coordinator in a lineage: blocks tell it again and again while it lasts, so the
/// journal needs only what follows from it.
/// </summary>
internal sealed class AuditLedger
{
    /// <summary>Workers that are asked for their opinion at a time.</summary>
    private const int AskedAtOnce = 3;

    private TimeSpan _since;
    private TimeSpan _askAt;
    private int _turn;

    /// <summary>As a block last told it; null when all agree.</summary>
    public AuditDisputed? Dispute { get; private set; }

    /// <summary>Who is right; null while the claims do not tell.</summary>
    public AuditVerdict? Verdict { get; private set; }

    /// <summary>Watchers were told that no worker is there that can decide.</summary>
    public bool IsAnnounced { get; set; }

    /// <summary>How long it has lasted.</summary>
    public TimeSpan Age(TimeSpan now) => Dispute is null ? TimeSpan.Zero : now - _since;

    /// <summary>Takes what a block tells. Of two disputes the one with more opinions stays: it is decided first.</summary>
    public void Take(AuditDisputed message, TimeSpan now)
    {
        if (Dispute is null) _since = now;
        if (message.Claims.Count < Dispute?.Claims.Count) return;
        Dispute = message;
        Verdict = AuditVerdict.Of(message.Claims);
    }

    /// <summary>Workers to ask now: a few that have not said anything, others each time. Empty when it is not time.</summary>
    public IReadOnlyList<WorkerId> Ask(Assignment assignment, TimeSpan now, TimeSpan again)
    {
        if (Dispute is not { } dispute || Verdict is not null || now < _askAt) return [];
        _askAt = now + again;
        var others = OthersOf(dispute, assignment);
        return [.. Enumerable.Range(0, Math.Min(AskedAtOnce, others.Count)).Select(i => others[(_turn++ + i) % others.Count]).Distinct()];
    }

    /// <summary>Whether every worker that is assigned has said what it thinks, and that decides nothing.</summary>
    public bool NeedsAnotherWorker(Assignment assignment) =>
        Dispute is { } dispute && Verdict is null && OthersOf(dispute, assignment).Count == 0;

    private static List<WorkerId> OthersOf(AuditDisputed dispute, Assignment assignment) =>
        [.. assignment.Shares.Select(share => share.Worker).Where(worker => dispute.Claims.All(claim => claim.Worker != worker))];
}
