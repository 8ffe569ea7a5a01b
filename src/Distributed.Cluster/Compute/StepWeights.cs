using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Distributed.Cluster.TensorPlane;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Workers;
using Distributed.Tensors.Memory;

namespace Distributed.Cluster.Compute;

/// <summary>
/// The weights of one version in the form that kernels read, prepared once for all threads of a worker: the flat vector (without a copy
/// of what this node's blocks hold) and its packed form.
/// </summary>
internal sealed class StepWeights(JobId job, Network network, NodeWeights arena)
{
    private readonly PackedWeights _none = new(network, shardsPerStep: 1);
    private readonly Lock _gate = new();
    private PackedWeights? _packed;
    private AlignedBuffer? _assembled;
    private (long Lineage, long Version) _prepared = (-1, -1);

    /// <summary>The flat parameter vector.</summary>
    public ReadOnlyMemory<float> Parameters { get; private set; }

    /// <summary>The packed form of the weights; of those that one shard alone reads it holds nothing, as that packs them on its way.</summary>
    public PackedWeights Packed { get; private set; } = null!;

    /// <summary>
    /// Prepares a version unless that is done; other threads wait meanwhile. False when a later one is there already: the step is over, and
    /// its weights must not replace those that others compute with.
    /// </summary>
    /// <param name="lineage">The weights' lineage.</param>
    /// <param name="weights">The version.</param>
    /// <param name="shards">How many shards will read it, as far as is known.</param>
    public bool Prepare(long lineage, WeightsView weights, int shards)
    {
        lock (_gate)
        {
            var order = _prepared.CompareTo((lineage, weights.Version));
            if (order > 0) return false;
            if (order < 0)
            {
                Parameters = Flatten(weights.Slices);
                Packed = _none;
                _prepared = (lineage, weights.Version);
            }
            if (shards == 1 || Packed != _none) return true;
            network.Pack(Parameters.Span, _packed ??= new PackedWeights(network, shardsPerStep: 2));
            Packed = _packed;
            return true;
        }
    }

    /// <summary>The slices in one vector: where this node's blocks keep theirs, or in one of its own.</summary>
    private ReadOnlyMemory<float> Flatten(IReadOnlyList<ReadOnlyMemory<float>> slices)
    {
        if (!arena.TryFindVector(job, slices, network.Layout.Count, out var vector)) vector = (_assembled ??= new AlignedBuffer(network.Layout.Count)).Memory;
        var at = 0;
        foreach (var slice in slices)
        {
            var into = vector.Span.Slice(at, slice.Length);
            if (!Unsafe.AreSame(ref MemoryMarshal.GetReference(slice.Span), ref MemoryMarshal.GetReference(into))) slice.Span.CopyTo(into);
            at += slice.Length;
        }
        return vector;
    }
}
