using Distributed.Protocol.Identity;
using Distributed.Protocol.Verification;

namespace Distributed.Protocol.Planning;

/// <summary>What a worker says that an audited shard comes to.</summary>
/// <param name="Worker">The worker.</param>
/// <param name="Hash">The <see cref="GradientHash"/> of its result at one block.</param>
public sealed record ShardClaim(WorkerId Worker, ulong Hash);

/// <summary>Who is right when workers disagree about a shard, all of them on the same weights.</summary>
/// <param name="Right">The workers that agree with each other, two at least.</param>
/// <param name="Wrong">All others; none when what was counted is nobody's.</param>
public sealed record AuditVerdict(IReadOnlyList<WorkerId> Right, IReadOnlyList<WorkerId> Wrong)
{
    /// <summary>A result that more workers than any other agree on, two at least, is right. Null while there is none: somebody else has to compute it.</summary>
    /// <param name="claims">One claim a worker.</param>
    public static AuditVerdict? Of(IReadOnlyList<ShardClaim> claims)
    {
        var sides = claims.GroupBy(claim => claim.Hash).OrderByDescending(side => side.Count()).ToList();
        if (sides.Count == 0 || sides[0].Count() < 2 || (sides.Count > 1 && sides[1].Count() == sides[0].Count())) return null;
        if (Sabotage.Makes(Bug.ExcludeTheWrongWorker)) sides.Reverse();
        var right = sides[0].Key;
        return new AuditVerdict(
            [.. claims.Where(claim => claim.Hash == right).Select(claim => claim.Worker)],
            [.. claims.Where(claim => claim.Hash != right).Select(claim => claim.Worker)]);
    }
}
