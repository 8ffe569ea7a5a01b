using Distributed.Tensors.Elements;
using Distributed.Tensors.Memory;
using Distributed.Tensors.Panels;

namespace Distributed.Learning.Networks;

/// <summary>
/// What a shard's forward pass leaves for its backward pass, layer by layer: inputs, outputs and, where they cannot be read off the outputs, the
/// derivatives of the activation. All are kept [features × samples] in panels.
/// </summary>
internal sealed unsafe class LayerActivations
{
    private readonly AlignedBuffer _inputs;
    private readonly AlignedBuffer[] _outputs;
    private readonly AlignedBuffer?[] _derivatives; // of hidden layers

    /// <summary>Allocates the panels.</summary>
    /// <param name="network">The network.</param>
    /// <param name="maxRows">Most samples of a shard.</param>
    public LayerActivations(Network network, int maxRows)
    {
        var layers = network.Layout.Layers;
        // ReLU's derivative can be read off its value; any other is kept by the forward pass.
        KeepsDerivatives = network.Specification.Dropout > 0 || network.Specification.Activation is not (Activation.Relu or Activation.Identity);
        _inputs = new AlignedBuffer(Panel.Size(layers[0].Inputs, maxRows));
        _outputs = [.. layers.Select(layer => new AlignedBuffer(Panel.Size(layer.Outputs, maxRows)))];
        _derivatives = [.. layers.Select((layer, i) =>
            i + 1 < layers.Count && KeepsDerivatives ? new AlignedBuffer(Panel.Size(layer.Outputs, maxRows)) : null)];
    }

    /// <summary>Whether a training pass keeps the derivatives.</summary>
    public bool KeepsDerivatives { get; }

    /// <summary>What the last layer computes.</summary>
    public float* Last => _outputs[^1].Pointer;

    /// <summary>What a layer reads: the samples, or the outputs of the layer below.</summary>
    public float* Inputs(int layer) => layer == 0 ? _inputs.Pointer : _outputs[layer - 1].Pointer;

    /// <summary>What a layer computes.</summary>
    public float* Outputs(int layer) => _outputs[layer].Pointer;

    /// <summary>A hidden layer's derivatives; only where they are kept.</summary>
    public float* Derivatives(int layer) => _derivatives[layer]!.Pointer;
}
