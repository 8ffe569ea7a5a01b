using Distributed.Learning.Metrics;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Strides;

namespace Distributed.Protocol.Workers;

/// <summary>A node that a worker has summed. Its memory belongs to the worker until it is released.</summary>
internal interface IComputedNode
{
    /// <summary>The node of the step's tree.</summary>
    ReductionNode Node { get; }

    /// <summary>Sums of the node's samples.</summary>
    ShardMetrics Metrics { get; }

    /// <summary>The node's whole gradient [parameters].</summary>
    ReadOnlyMemory<float> Gradient { get; }

    /// <summary>
    /// Keeps the memory unchanged until the result is disposed, even after its release: for values in transit to a block. Null where memory is never
    /// reused.
    /// </summary>
    IDisposable? Hold() => null;
}

/// <summary>Weights of one version, slice by slice as the blocks sent them.</summary>
/// <param name="Version">Steps done.</param>
/// <param name="Slices">One slice per block, in the order of the flat vector.</param>
internal sealed record WeightsView(long Version, IReadOnlyList<ReadOnlyMemory<float>> Slices);

/// <summary>What a <see cref="WorkLedger"/> asks its surroundings to do. None of these may call back into the ledger before returning.</summary>
internal interface IWorkerEffects
{
    /// <summary>Sends a fact to the job's coordinator.</summary>
    void ToCoordinator(ICoordinatorMessage message);

    /// <summary>Sends a control message to a block.</summary>
    void ToBlock(IBlockMessage message);

    /// <summary>Sends a node's slice to a block on the data plane, without waiting.</summary>
    void PushGradient(PushGradient gradient);

    /// <summary>
    /// Computes the shards of a run of a step; answered by <see cref="WorkLedger.OnNodeComputed"/>, once for each maximal node of the run.
    /// </summary>
    void Compute(long lineage, long step, IndexRange run, WeightsView weights);

    /// <summary>Evaluates a run of validation shards; answered by <see cref="WorkLedger.OnNodeEvaluated"/> for each maximal node.</summary>
    void Evaluate(long lineage, int epoch, IndexRange run, WeightsView weights);

    /// <summary>
    /// Takes the offers and begins to make steps in the blocks' memory; answered by <see cref="WorkLedger.OnStrideEnded"/>. False when an offer is
    /// withdrawn by now, or the steps need more memory than strides may have: nothing is begun.
    /// </summary>
    bool TryStride(long lineage, IReadOnlyList<StrideOffer> offers);

    /// <summary>
    /// Work on weights older than <paramref name="version"/>, or of another lineage, is no longer needed; its nodes may never arrive.
    /// </summary>
    void AbandonBefore(long lineage, long version);

    /// <summary>A node's memory is free again.</summary>
    void Release(IComputedNode node);
}
