using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Strides;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>What a <see cref="ParameterBlock"/> asks its surroundings to do. None of these may call back into the block before returning.</summary>
internal interface IBlockEffects
{
    /// <summary>Sends a fact to the job's coordinator.</summary>
    void ToCoordinator(ICoordinatorMessage message);

    /// <summary>Sends a control message to a worker.</summary>
    void ToWorker(WorkerId worker, IWorkerMessage message);

    /// <summary>A gradient was dropped because no assignment of the lineage named its sender: count it, and log it with a bound.</summary>
    void NoteRefusal(PushGradient gradient);

    /// <summary>Sends weights to a worker on the data plane, without waiting.</summary>
    void PushWeights(WorkerId worker, WeightsUpdated weights);

    /// <summary>
    /// Memory for a version of the block's weights [range]: the same for versions v and v + 2 unless a sender still reads it. Others leave it
    /// untouched.
    /// </summary>
    Memory<float> WeightsBuffer(long lineage, BlockLayout layout, int block, long version);

    /// <summary>
    /// Whether a worker may stride in the block's memory: a loan of its own for each offer. Null when the worker is in another process, or a sender still
    /// reads one of the block's two versions.
    /// </summary>
    IStrideLoan? OfferStride(WorkerId worker);

    /// <summary>A stride has left another version in the memory of an earlier one.</summary>
    void NoteVersion(Memory<float> weights, long version);

    /// <summary>Reads stored parts; answered by <see cref="ParameterBlock.OnPartsLoaded"/> or <see cref="ParameterBlock.OnPartsLoadFailed"/>.</summary>
    void LoadParts(long lineage, IReadOnlyList<SnapshotPart> parts);

    /// <summary>
    /// Copies the block's state before returning, and holds the copy until it is stored or forgotten. At most two are held: one being stored and one
    /// not.
    /// </summary>
    void CopySnapshot(BlockSnapshot snapshot);

    /// <summary>
    /// Stores the copy of that step, retrying until it succeeds or is forgotten; answered by <see cref="ParameterBlock.OnSnapshotStored"/>, and by
    /// <see cref="ParameterBlock.OnSnapshotDelayed"/> at each failure.
    /// </summary>
    void StoreSnapshot(long lineage, long step);

    /// <summary>
    /// The snapshot of that step, not yet reported by <see cref="ParameterBlock.OnSnapshotStored"/>, is no longer wanted: stop retrying, delete what
    /// was stored of it, and free its copy.
    /// </summary>
    void ForgetSnapshot(long lineage, long step);

    /// <summary>Deletes abandoned stored parts of this block.</summary>
    void DeleteParts(IReadOnlyList<SnapshotPart> parts);
}
