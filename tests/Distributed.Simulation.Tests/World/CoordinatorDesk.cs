using Distributed.Protocol.Coordinator;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Snapshots;

namespace Distributed.Simulation.Tests.World;

/// <summary>
/// Everything that passes between a coordinator's rule and its node, unchanged by default. A deliberate mistake overrides something.
/// </summary>
internal class CoordinatorDesk(CoordinatorNode node) : ICoordinatorEffects
{
    protected CoordinatorNode Node { get; } = node;

    protected JobHistory History => Node.History;

    /// <summary>Which checkpoint the rule stores next.</summary>
    public virtual CheckpointOrder Order => new();

    /// <summary>What the rule receives for a message.</summary>
    public virtual IEnumerable<object> Incoming(object message) => [message];

    /// <summary>A decision is written.</summary>
    public virtual void Written(TrainingRun run, JournalEvent journalEvent, TimeSpan now) => run.OnPersisted(journalEvent, now);

    public virtual void Persist(JournalEvent journalEvent) => Node.Persist(journalEvent);

    public virtual void PersistEpochs(IReadOnlyList<EpochDecided> epochs) => Node.PersistEpochs(epochs);

    public virtual bool BlocksAreHere => Node.BlocksAreHere;

    public virtual void ToBlock(IBlockMessage message) => Node.ToBlock(message);

    public virtual void ToWorker(WorkerId worker, IWorkerMessage message) => Node.ToWorker(worker, message);

    public virtual void DeleteParts(IReadOnlyList<SnapshotPart> parts) => Node.DeleteParts(parts);

    public virtual void SweepParts(PartsSweep sweep) => Node.SweepParts(sweep);

    public void Publish(JobEvent jobEvent) => Node.Publish(jobEvent);

    public void Finish() => Node.Finish();
}
