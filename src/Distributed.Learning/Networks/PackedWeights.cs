using Distributed.Tensors;
using Distributed.Tensors.Products;

namespace Distributed.Learning;

/// <summary>
/// A network's weights in the form that the kernels read. Written by <see cref="Network.Pack"/>, then read by any number of threads.
/// </summary>
public sealed unsafe class PackedWeights
{
    private readonly AlignedBuffer[] _forward;
    private readonly AlignedBuffer?[] _backward;

    /// <summary>Allocates for one network.</summary>
    public PackedWeights(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        Network = network;
        var layers = network.Layout.Layers;
        _forward = new AlignedBuffer[layers.Count];
        _backward = new AlignedBuffer?[layers.Count];
        for (var i = 0; i < layers.Count; i++)
        {
            _forward[i] = new AlignedBuffer(layers[i].WeightCount + StripPacking.Slack);
            if (i > 0) _backward[i] = new AlignedBuffer(layers[i].WeightCount + StripPacking.Slack);
        }
    }

    /// <summary>The network that they belong to.</summary>
    public Network Network { get; }

    /// <summary>Strips of the transposed weights, for z = Wᵀ x.</summary>
    internal float* Forward(int layer) => _forward[layer].Pointer;

    /// <summary>Strips of the weights, for dx = W dz; the first layer has none, as nobody asks for the gradient of the input.</summary>
    internal float* Backward(int layer) => _backward[layer]!.Pointer;
}
