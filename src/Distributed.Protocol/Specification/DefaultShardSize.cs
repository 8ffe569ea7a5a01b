using Distributed.Learning.Networks;

namespace Distributed.Protocol.Specification;

/// <summary>
/// The shard size of a job that names none: a constant function of the specification, never a run-time choice, since shard boundaries affect the
/// weights. Chosen by measurement (the benchmarks' curve of samples per second against shard size): at 64 samples three of four models keep at least
/// 90 % of their best speed, at 32 they keep 63 to 85 %, and smaller shards spread better over workers.
/// </summary>
internal static class DefaultShardSize
{
    /// <summary>Samples per shard.</summary>
    private const int Samples = 64;

    /// <summary>The default for a network and a batch size.</summary>
    /// <param name="network">The network.</param>
    /// <param name="batch">Samples of one mini-batch.</param>
    public static int For(NetworkSpecification network, int batch) => Math.Min(batch, Samples);
}
