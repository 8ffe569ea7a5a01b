using Akka.Cluster.Sharding;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Hosting;

/// <summary>Routes messages to entities: the entity name derives from the job and the block, and its Akka shard from the name.</summary>
internal static class Entities
{
    /// <summary>The number of Akka shards. Never change it: entity placement depends on it.</summary>
    public const int AkkaShards = 32;

    /// <summary>The region of coordinators, one per job.</summary>
    public const string CoordinatorRegion = "coordinator";

    /// <summary>The region of parameter blocks, K per job.</summary>
    public const string BlockRegion = "parameter-server";

    private const char Separator = '~'; // not allowed in job names

    public static string BlockName(JobId job, int block) => $"{job}{Separator}{block}";

    public static (JobId Job, int Block) ParseBlockName(string name)
    {
        var at = name.LastIndexOf(Separator);
        return (new JobId(name[..at]), int.Parse(name.AsSpan(at + 1), System.Globalization.CultureInfo.InvariantCulture));
    }

    public sealed class CoordinatorExtractor() : HashCodeMessageExtractor(AkkaShards)
    {
        public override string EntityId(object message) => message is ICoordinatorMessage { Job.Value: { } job } ? job : null!;
    }

    public sealed class BlockExtractor() : HashCodeMessageExtractor(AkkaShards)
    {
        public override string EntityId(object message) => message is IBlockMessage block ? BlockName(block.Job, block.Block) : null!;
    }
}
