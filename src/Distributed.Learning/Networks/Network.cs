using Distributed.Learning.Randomness;
using Distributed.Tensors.Products;

namespace Distributed.Learning.Networks;

/// <summary>A dense network: its specification and where its parameters lie. Immutable; parameters are always the caller's.</summary>
public sealed class Network
{
    /// <summary>Creates a network from a valid specification.</summary>
    /// <exception cref="ArgumentException">The specification is invalid; the message names the reason.</exception>
    public Network(NetworkSpecification specification)
    {
        Layout = new ParameterLayout(specification);
        Specification = specification;
    }

    /// <summary>Its specification.</summary>
    public NetworkSpecification Specification { get; }

    /// <summary>Where its parameters lie.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Fills <paramref name="parameters"/> with initial weights, a stream for each layer, and zero biases.</summary>
    /// <param name="seed">The job's seed.</param>
    /// <param name="parameters">[Layout.Count]</param>
    /// <exception cref="ArgumentException"><paramref name="parameters"/> has another length.</exception>
    public void Initialize(ulong seed, Span<float> parameters)
    {
        RequireParameters(parameters.Length);
        for (var i = 0; i < Layout.Layers.Count; i++)
        {
            var layer = Layout.Layers[i];
            var fan = Specification.Initialization == Initialization.He ? layer.Inputs : (double)layer.Inputs + layer.Outputs;
            var bound = Math.Sqrt(6 / fan);
            var stream = RandomStream.For(seed, StreamPurpose.Initialization, i);
            foreach (ref var weight in parameters.Slice(layer.WeightOffset, layer.WeightCount))
            {
                weight = (float)((2 * stream.NextDouble() - 1) * bound);
            }

            parameters.Slice(layer.BiasOffset, layer.Outputs).Clear();
        }
    }

    /// <summary>Packs the weights for the kernels; once a step, for all threads.</summary>
    /// <param name="parameters">[Layout.Count]</param>
    /// <param name="into">Made for this network.</param>
    /// <exception cref="ArgumentException">A length or the network is another.</exception>
    public unsafe void Pack(ReadOnlySpan<float> parameters, PackedWeights into)
    {
        ArgumentNullException.ThrowIfNull(into);
        RequireParameters(parameters.Length);
        if (!ReferenceEquals(into.Network, this)) throw new ArgumentException("packed weights of another network", nameof(into));
        fixed (float* source = parameters)
        {
            for (var i = 0; i < Layout.Layers.Count; i++)
            {
                var layer = Layout.Layers[i];
                var weights = source + layer.WeightOffset;

                if (!into.Holds(i)) continue;

                // Forward: z = Wᵀ x, rows are outputs. Backward: dx = W dz, rows are inputs.
                StripPacking.PackRows(weights, layer.Outputs, layer.Outputs, 0, layer.Inputs, into.Forward(i));
                if (i > 0) StripPacking.PackColumns(weights, layer.Outputs, layer.Outputs, 0, layer.Inputs, 0, layer.Outputs, into.Backward(i));
            }
        }
    }

    internal void RequireParameters(int length)
    {
        if (length != Layout.Count) throw new ArgumentException($"the network has {Layout.Count} parameters, not {length}", nameof(length));
    }
}
