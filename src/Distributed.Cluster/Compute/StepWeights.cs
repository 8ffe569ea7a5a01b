using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Distributed.Cluster.TensorPlane;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Workers;
using Distributed.Tensors.Memory;

namespace Distributed.Cluster.Compute;

/// <summary>
/// One version of the weights in the form kernels read, prepared once for all threads of a worker: the flat vector (without copying slices held by
/// this node's blocks) and its packed form.
/// </summary>
internal sealed class StepWeights(JobId job, Network network, NodeWeights nodeWeights)
{
    private readonly PackedWeights _none = new(network, shardsPerStep: 1);
    private readonly Lock _gate = new();
    private PackedWeights? _packed;
    private AlignedBuffer? _assembled;
    private (long Lineage, long Version) _prepared = (-1, -1);

    /// <summary>The flat parameter vector.</summary>
    public ReadOnlyMemory<float> Parameters { get; private set; }

    /// <summary>The packed form of the weights. Excludes weights read by a single shard, which packs them itself.</summary>
    public PackedWeights Packed { get; private set; } = null!;

    /// <summary>
    /// Prepares a version unless it is already prepared; other threads wait meanwhile. Returns false when a later version is present: the step is
    /// over, and its weights must not replace those in use.
    /// </summary>
    /// <param name="lineage">The weights' lineage.</param>
    /// <param name="weights">The version.</param>
    /// <param name="shards">The number of shards expected to read it.</param>
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

    /// <summary>Takes a version that is in one vector already, between two steps of a stride.</summary>
    /// <param name="lineage">The weights' lineage.</param>
    /// <param name="version">The version.</param>
    /// <param name="parameters">[parameters]</param>
    /// <param name="isShared">Whether a thread reads it for several shards.</param>
    public void Use(long lineage, long version, ReadOnlyMemory<float> parameters, bool isShared)
    {
        lock (_gate)
        {
            (Parameters, Packed, _prepared) = (parameters, _none, (lineage, version));
            if (!isShared) return;
            network.Pack(parameters.Span, _packed ??= new PackedWeights(network, shardsPerStep: 2));
            Packed = _packed;
        }
    }

    /// <summary>Gathers the slices into one vector: the shared vector of this node's blocks, or a private one.</summary>
    private ReadOnlyMemory<float> Flatten(IReadOnlyList<ReadOnlyMemory<float>> slices)
    {
        if (!nodeWeights.TryFindVector(job, slices, network.Layout.Count, out var vector)) vector = (_assembled ??= new AlignedBuffer(network.Layout.Count)).Memory;
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
