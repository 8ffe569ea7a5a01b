using System.Runtime.InteropServices;
using Distributed.Learning;
using Distributed.Protocol;
using Distributed.Tensors;

namespace Distributed.Cluster;

/// <summary>
/// The weights of one version in the form that kernels read, prepared once for all threads of a worker: the flat vector (without a copy
/// when the blocks' slices lie one behind the other in memory) and its packed form.
/// </summary>
internal sealed class StepWeights(Network network, int shardsPerStep)
{
    private readonly Lock _gate = new();
    private AlignedBuffer? _assembled;
    private (long Lineage, long Version) _prepared = (-1, -1);

    /// <summary>The flat parameter vector.</summary>
    public ReadOnlyMemory<float> Parameters { get; private set; }

    /// <summary>The packed form of the weights.</summary>
    public PackedWeights Packed { get; } = new(network, shardsPerStep);

    /// <summary>
    /// Prepares a version unless that is done; whoever comes meanwhile waits. False when a later one is there already: the step is over, and
    /// its weights must not replace those that others compute with.
    /// </summary>
    public bool Prepare(long lineage, WeightsView weights)
    {
        lock (_gate)
        {
            var order = _prepared.CompareTo((lineage, weights.Version));
            if (order >= 0) return order == 0;
            Parameters = Flatten(weights.Slices);
            network.Pack(Parameters.Span, Packed);
            _prepared = (lineage, weights.Version);
            return true;
        }
    }

    private ReadOnlyMemory<float> Flatten(IReadOnlyList<ReadOnlyMemory<float>> slices)
    {
        if (TryJoin(slices, out var joined)) return joined;
        _assembled ??= new AlignedBuffer(network.Layout.Count);
        var at = 0;
        foreach (var slice in slices)
        {
            slice.Span.CopyTo(_assembled.Span[at..]);
            at += slice.Length;
        }
        return _assembled.Memory;
    }

    private static bool TryJoin(IReadOnlyList<ReadOnlyMemory<float>> slices, out ReadOnlyMemory<float> joined)
    {
        joined = default;
        if (!MemoryMarshal.TryGetArray(slices[0], out var first) || first.Array is null) return false;
        var end = first.Offset + first.Count;
        for (var i = 1; i < slices.Count; i++)
        {
            if (!MemoryMarshal.TryGetArray(slices[i], out var next) || next.Array != first.Array || next.Offset != end) return false;
            end += next.Count;
        }
        joined = first.Array.AsMemory(first.Offset, end - first.Offset);
        return true;
    }
}
