using System.Buffers.Binary;
using System.IO.Hashing;

namespace Distributed.Protocol.Planning;

/// <summary>
/// Which shards two workers compute: a pure function of (seed, step, shard) and the share, so that workers and blocks agree without messages.
/// </summary>
/// <param name="seed">The job's seed.</param>
/// <param name="share">The share of all shards, from 0 (none) to 1 (every one).</param>
internal sealed class AuditPlan(ulong seed, double share)
{
    /// <summary>No shard is audited.</summary>
    public static AuditPlan None { get; } = new(0, 0);

    /// <summary>The share of all shards.</summary>
    public double Share => share;

    /// <summary>Whether a step's shard is audited.</summary>
    public bool Picks(long step, int shard)
    {
        if (share <= 0) return false;
        Span<byte> key = stackalloc byte[20];
        BinaryPrimitives.WriteUInt64LittleEndian(key, seed);
        BinaryPrimitives.WriteInt64LittleEndian(key[8..], step);
        BinaryPrimitives.WriteInt32LittleEndian(key[16..], shard);
        return share >= 1 || XxHash3.HashToUInt64(key) < share * 18446744073709551616.0; // 2^64
    }

    /// <summary>Adds the audited shards of a step, in ascending order.</summary>
    public void AddShards(long step, int leaves, List<int> into)
    {
        if (share <= 0) return;
        for (var shard = 0; shard < leaves; shard++)
            if (Picks(step, shard)) into.Add(shard);
    }
}
