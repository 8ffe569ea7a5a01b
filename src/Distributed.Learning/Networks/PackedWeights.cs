using Distributed.Tensors.Memory;
using Distributed.Tensors.Products;

namespace Distributed.Learning.Networks;

/// <summary>
/// A network's weights in the form that the kernels read. Written by <see cref="Network.Pack"/>, then read by any number of threads.
/// Layers that are larger than the caches, or read only once, are left out: copying them costs more than packing them block by block
/// while a shard is computed. That decides the speed and no bit.
/// </summary>
public sealed unsafe class PackedWeights
{
    // Above 2 MiB a packed copy comes from memory as the weights do, and has been written there first.
    private const int LargestLayer = 1 << 19;

    private readonly AlignedBuffer?[] _forward;
    private readonly AlignedBuffer?[] _backward;

    /// <summary>Bytes of all packed copies.</summary>
    public long Bytes => sizeof(float) * _forward.Concat(_backward).Sum(buffer => (long)(buffer?.Length ?? 0));

    /// <summary>Allocates for one network.</summary>
    /// <param name="network">Whose weights will be packed.</param>
    /// <param name="shardsPerStep">How many shards will read the same weights, about; 1 when a step is one shard.</param>
    public PackedWeights(Network network, int shardsPerStep = 2)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(shardsPerStep, 1);
        Network = network;
        var layers = network.Layout.Layers;
        _forward = new AlignedBuffer?[layers.Count];
        _backward = new AlignedBuffer?[layers.Count];
        for (var i = 0; i < layers.Count; i++)
        {
            if (shardsPerStep == 1 || layers[i].WeightCount >= LargestLayer) continue;
            _forward[i] = new AlignedBuffer(layers[i].WeightCount + StripPacking.Slack);
            if (i > 0) _backward[i] = new AlignedBuffer(layers[i].WeightCount + StripPacking.Slack);
        }
    }

    /// <summary>The network that they belong to.</summary>
    public Network Network { get; }

    /// <summary>Whether a layer is packed here; otherwise its parameters are packed on the way.</summary>
    internal bool Holds(int layer) => _forward[layer] is not null;

    /// <summary>Strips of the transposed weights, for z = Wᵀ x.</summary>
    internal float* Forward(int layer) => _forward[layer]!.Pointer;

    /// <summary>Strips of the weights, for dx = W dz; the first layer has none: the gradient of the input is not needed.</summary>
    internal float* Backward(int layer) => _backward[layer]!.Pointer;
}
