using Distributed.Protocol.Identity;

namespace Distributed.Protocol.Planning;

/// <summary>A worker's claimed result of an audited shard.</summary>
/// <param name="Worker">The worker.</param>
/// <param name="Hash">The <see cref="GradientHash"/> of its result at one block.</param>
internal sealed record ShardClaim(WorkerId Worker, ulong Hash);

/// <summary>Which workers are right in a dispute about a shard, all on the same weights.</summary>
/// <param name="Right">The workers that agree with each other, at least two.</param>
/// <param name="Wrong">All others; empty when no claim matches the counted result.</param>
internal sealed record AuditVerdict(IReadOnlyList<WorkerId> Right, IReadOnlyList<WorkerId> Wrong)
{
    /// <summary>The most common result is right if at least two workers claim it, and more than any other. Null while there is none: another worker
    /// must compute the shard.</summary>
    /// <param name="claims">One claim per worker.</param>
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
