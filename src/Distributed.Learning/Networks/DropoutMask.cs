using Distributed.Learning.Randomness;
using Distributed.Tensors.Memory;
using Distributed.Tensors.Panels;

namespace Distributed.Learning.Networks;

/// <summary>
/// Inverted dropout: a factor for each hidden activation of a shard, 0 with the probability that the specification says, else
/// 1 / (1 − probability). Drawn from the shard's own stream, hidden layer by layer, panel by panel of 16 samples, neuron by neuron,
/// sample by sample (padding included), one 32-bit number each.
/// </summary>
internal sealed unsafe class DropoutMask
{
    private readonly IReadOnlyList<LayerLayout> _layers;
    private readonly AlignedBuffer[] _factors;
    private readonly ulong _threshold;
    private readonly float _kept;

    public DropoutMask(Network network, int maxRows)
    {
        _layers = network.Layout.Layers;
        _factors = [.. _layers.SkipLast(1).Select(layer => new AlignedBuffer(Panel.Size(layer.Outputs, maxRows)))];
        _threshold = (ulong)(network.Specification.Dropout * 4294967296.0);
        _kept = (float)(1 / (1 - network.Specification.Dropout));
    }

    /// <summary>The factors of a hidden layer, [outputs × samples] in panels.</summary>
    public float* Layer(int layer) => _factors[layer].Pointer;

    /// <summary>Draws the factors of one shard.</summary>
    public void Draw(DropoutKey key, int rows)
    {
        var stream = RandomStream.For(key.Seed, StreamPurpose.Dropout, key.Step, key.Shard);
        for (var i = 0; i < _factors.Length; i++)
        {
            var factors = _factors[i].Pointer;
            var count = Panel.Size(_layers[i].Outputs, rows);
            for (var j = 0; j < count; j += 2)
            {
                var bits = stream.NextUInt64();
                factors[j] = (uint)bits < _threshold ? 0 : _kept;
                factors[j + 1] = bits >> 32 < _threshold ? 0 : _kept;
            }
        }
    }
}
