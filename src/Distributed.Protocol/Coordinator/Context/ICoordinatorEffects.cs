using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Snapshots;

namespace Distributed.Protocol.Coordinator.Context;

/// <summary>What a <see cref="TrainingRun"/> asks its surroundings to do. None of these may call back into the run before returning.</summary>
internal interface ICoordinatorEffects
{
    /// <summary>
    /// Writes a decision to the journal, retrying until it is durable; answered by <see cref="TrainingRun.OnPersisted"/>. The run has one request
    /// outstanding at a time.
    /// </summary>
    void Persist(JournalEvent journalEvent);

    /// <summary>
    /// As <see cref="Persist"/>, for epochs that the run has acted on already: all of them or none; answered by <see cref="TrainingRun.OnEpochsPersisted"/>.
    /// </summary>
    void PersistEpochs(IReadOnlyList<EpochDecided> epochs);

    /// <summary>
    /// Whether all blocks run in the coordinator's own process and end with it. Only then may training be ahead of the journal: a coordinator that dies
    /// alone would otherwise cost steps.
    /// </summary>
    bool BlocksAreHere { get; }

    /// <summary>Sends to a block, starting it if it is not running.</summary>
    void ToBlock(IBlockMessage message);

    /// <summary>Sends to a worker.</summary>
    void ToWorker(WorkerId worker, IWorkerMessage message);

    /// <summary>Tells all watchers.</summary>
    void Publish(JobEvent jobEvent);

    /// <summary>Deletes stored parts that no kept checkpoint names.</summary>
    void DeleteParts(IReadOnlyList<SnapshotPart> parts);

    /// <summary>
    /// Deletes all stored parts that <see cref="PartsSweep.IsOrphan"/> selects, as far as the store responds; nothing waits for it.
    /// </summary>
    void SweepParts(PartsSweep sweep);

    /// <summary>The job is over; the coordinator may stop.</summary>
    void Finish();
}
