using Distributed.Learning.Metrics;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Snapshots;
using Distributed.Protocol.Strides;
using Distributed.Protocol.Workers;

namespace Distributed.Protocol.Tests.Rules;

/// <summary>The surroundings of any rule: records what was asked of it, in order.</summary>
internal sealed class Recorder : ICoordinatorEffects, IBlockEffects, IWorkerEffects
{
    private readonly Dictionary<long, float[]> _buffers = [];

    /// <summary>Messages and events sent since the last call to Take.</summary>
    public List<object> Sent { get; } = [];

    public JournalEvent? Persisting { get; set; }

    public List<SnapshotPart> Deleted { get; } = [];

    public List<BlockSnapshot> Snapshots { get; } = [];

    public List<IndexRange> Computing { get; } = [];

    public List<IComputedNode> Released { get; } = [];

    /// <summary>The messages of one kind that were sent; clears all messages.</summary>
    public List<T> Take<T>()
    {
        var found = Sent.OfType<T>().ToList();
        Sent.Clear();
        return found;
    }

    public void Persist(JournalEvent journalEvent) => Persisting = journalEvent;

    public IReadOnlyList<EpochDecided>? PersistingEpochs { get; set; }

    public void PersistEpochs(IReadOnlyList<EpochDecided> epochs) => PersistingEpochs = epochs;

    public bool BlocksAreHere { get; set; }

    public void ToBlock(IBlockMessage message) => Sent.Add(message);

    public void ToWorker(WorkerId worker, IWorkerMessage message) => Sent.Add(message);

    public void ToCoordinator(ICoordinatorMessage message) => Sent.Add(message);

    public List<PushGradient> Refused { get; } = [];

    public void NoteRefusal(PushGradient gradient) => Refused.Add(gradient);

    public void PushWeights(WorkerId worker, WeightsUpdated weights) => Sent.Add(weights);

    public void PushGradient(PushGradient gradient) => Sent.Add(gradient);

    public void Publish(JobEvent jobEvent) => Sent.Add(jobEvent);

    public void DeleteParts(IReadOnlyList<SnapshotPart> parts) => Deleted.AddRange(parts);

    public List<PartsSweep> Sweeps { get; } = [];

    public void SweepParts(PartsSweep sweep) => Sweeps.Add(sweep);

    public void Finish()
    {
    }

    public Memory<float> WeightsBuffer(long lineage, BlockLayout layout, int block, long version)
    {
        if (!_buffers.TryGetValue(version & 1, out var buffer)) _buffers[version & 1] = buffer = new float[layout[block].Count];
        return buffer;
    }

    /// <summary>Loans to offer, in turn; none is offered when it is empty.</summary>
    public Queue<IStrideLoan> Loans { get; } = new();

    /// <summary>Offers of strides that were taken.</summary>
    public List<IReadOnlyList<StrideOffer>> Strides { get; } = [];

    public IStrideLoan? OfferStride(WorkerId worker) => Loans.TryDequeue(out var loan) ? loan : null;

    public void NoteVersion(Memory<float> weights, long version)
    {
    }

    public bool TryStride(long lineage, IReadOnlyList<StrideOffer> offers)
    {
        if (!StrideOffer.TryTakeAll(offers)) return false;
        Strides.Add(offers);
        return true;
    }

    public void LoadParts(long lineage, IReadOnlyList<SnapshotPart> parts)
    {
    }

    /// <summary>Steps of copies to store.</summary>
    public List<long> Storing { get; } = [];

    /// <summary>Steps of copies no longer wanted.</summary>
    public List<long> Forgotten { get; } = [];

    public void CopySnapshot(BlockSnapshot snapshot) => Snapshots.Add(snapshot);

    public void StoreSnapshot(long lineage, long step) => Storing.Add(step);

    public void ForgetSnapshot(long lineage, long step) => Forgotten.Add(step);

    public void Compute(long lineage, long step, IndexRange run, WeightsView weights) => Computing.Add(run);

    public void Evaluate(long lineage, int epoch, IndexRange run, WeightsView weights) => Computing.Add(run);

    public void AbandonBefore(long lineage, long version)
    {
    }

    public void Release(IComputedNode node) => Released.Add(node);
}

/// <summary>A node with made-up values.</summary>
internal sealed record MadeUpNode(ReductionNode Node, ReadOnlyMemory<float> Gradient) : IComputedNode
{
    public ShardMetrics Metrics => new() { Samples = Node.Count, Divisor = Node.Count };
}
