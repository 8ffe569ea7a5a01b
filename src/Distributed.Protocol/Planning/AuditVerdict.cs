using Distributed.Protocol.Identity;

namespace Distributed.Protocol.Planning;

/// <summary>What a worker claims that an audited shard comes to.</summary>
/// <param name="Worker">The worker.</param>
/// <param name="Hash">The <see cref="GradientHash"/> of its result at one block.</param>
public sealed record ShardClaim(WorkerId Worker, ulong Hash);

/// <summary>Which workers are right when they disagree about a shard, all of them on the same weights.</summary>
/// <param name="Right">The workers that agree with each other, two at least.</param>
/// <param name="Wrong">All others; none when the counted result is no claimant's.</param>
public sealed record AuditVerdict(IReadOnlyList<WorkerId> Right, IReadOnlyList<WorkerId> Wrong)
{
    /// <summary>The result that most workers agree on, two at least and more than on any other, is right. Null while there is none: another worker has to compute the shard.</summary>
    /// <param name="claims">One claim a worker.</param>
    public static AuditVerdict? Of(IReadOnlyList<ShardClaim> claims)
    {
        var sides = claims.GroupBy(claim => claim.Hash).OrderByDescending(side => side.Count()).ToList();
        if (sides.Count == 0 || sides[0].Count() < 2 || (sides.Count > 1 && sides[1].Count() == sides[0].Count())) return null;
        var right = sides[0].Key;
        return new AuditVerdict(
            [.. claims.Where(claim => claim.Hash == right).Select(claim => claim.Worker)],
            [.. claims.Where(claim => claim.Hash != right).Select(claim => claim.Worker)]);
    }
}
