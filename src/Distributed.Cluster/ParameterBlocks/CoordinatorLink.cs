using Akka.Actor;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.ParameterBlocks;

/// <summary>Tells the job's coordinator what a block has to say, and logs each lineage that the block begins, once.</summary>
/// <param name="job">The job.</param>
/// <param name="block">The block.</param>
/// <param name="coordinators">The region of coordinators.</param>
/// <param name="decisions">The log of decisions.</param>
internal sealed class CoordinatorLink(JobId job, int block, IActorRef coordinators, ILogger decisions)
{
    private long _loggedLineage;

    public void Tell(ICoordinatorMessage message)
    {
        coordinators.Tell(message);
        if (message is not BlockState { Lineage: var lineage } || lineage <= _loggedLineage) return;
        _loggedLineage = lineage;
        decisions.LogInformation("job {Job}: block {Block} of lineage {Lineage} is here", job, block, lineage);
    }
}
