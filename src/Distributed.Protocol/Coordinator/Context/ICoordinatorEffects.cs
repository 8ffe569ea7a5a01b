using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Snapshots;

namespace Distributed.Protocol.Coordinator.Context;

/// <summary>What a <see cref="TrainingRun"/> asks its surroundings to do. None of it may call back into the run before returning.</summary>
public interface ICoordinatorEffects
{
    /// <summary>
    /// Writes a decision to the journal, trying again until it is durable; answered by <see cref="TrainingRun.OnPersisted"/>. The run asks
    /// for one at a time.
    /// </summary>
    void Persist(JournalEvent journalEvent);

    /// <summary>Sends to a block; also starts it where it does not run.</summary>
    void ToBlock(IBlockMessage message);

    /// <summary>Sends to a worker.</summary>
    void ToWorker(WorkerId worker, IWorkerMessage message);

    /// <summary>Tells all watchers.</summary>
    void Publish(JobEvent jobEvent);

    /// <summary>Deletes stored parts that no kept checkpoint names.</summary>
    void DeleteParts(IReadOnlyList<SnapshotPart> parts);

    /// <summary>Deletes all stored parts that <see cref="PartsSweep.IsOrphan"/> names, as far as the store answers; nothing waits for it.</summary>
    void SweepParts(PartsSweep sweep);

    /// <summary>The job is over: the coordinator may stop.</summary>
    void Finish();
}
