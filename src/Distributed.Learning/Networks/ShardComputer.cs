using Distributed.Learning.Metrics;
using Distributed.Tensors;
using Distributed.Tensors.Elements;
using Distributed.Tensors.Lanes;
using Distributed.Tensors.Memory;
using Distributed.Tensors.Panels;
using Distributed.Tensors.Products;

namespace Distributed.Learning.Networks;

/// <summary>
/// Computes shards: loss, gradient and answers of one network. It is one thread's workspace and allocates nothing after construction
/// (but some hundred bytes a call for the random stream of a network with dropout).
/// </summary>
/// <remarks>
/// Activations are kept [features × samples] in panels of 16 samples (<see cref="Panel"/>): a tile of the product Wᵀ x is then exactly
/// a piece of the next layer's right side, and nothing is ever summed across a register. Each element of a product is one chain of
/// fused multiply-adds in ascending order, so thread, machine and register width change no bit.
/// </remarks>
public sealed unsafe class ShardComputer
{
    private readonly Network _network;
    private readonly LayerLayout[] _layers;
    private readonly Kernels _kernels;
    private readonly OutputHead _head;
    private readonly DropoutMask? _dropout;
    private readonly LayerActivations _activations;
    private readonly AlignedBuffer[] _errors;
    private readonly AlignedBuffer _transposed;
    private readonly AlignedBuffer _packing = new(ProductTask.PackingRoom);
    private readonly AlignedBuffer _health = new(Panel.Width);

    /// <summary>Allocates the workspace.</summary>
    /// <param name="network">What is computed.</param>
    /// <param name="maxRows">Most samples of a shard, at least 1.</param>
    public ShardComputer(Network network, int maxRows)
        : this(network, maxRows, MachineArithmetic.Verdict.Width)
    {
    }

    internal ShardComputer(Network network, int maxRows, KernelWidth width)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        _network = network;
        _layers = [.. network.Layout.Layers];
        MaxRows = maxRows;
        _kernels = Kernels.For(width);
        _head = OutputHead.Create(network.Specification, _kernels, maxRows);

        var layers = network.Layout.Layers;
        var widest = layers.Max(layer => layer.Outputs);
        _activations = new LayerActivations(network, maxRows);
        _errors = [.. Enumerable.Range(0, 2).Select(_ => new AlignedBuffer(layers.Count > 1 ? Panel.Size(widest, maxRows) : 0))];
        _transposed = new AlignedBuffer(Panel.Size(maxRows, widest));
        if (network.Specification.Dropout > 0) _dropout = new DropoutMask(network, maxRows);
    }

    /// <summary>Most samples of a shard.</summary>
    public int MaxRows { get; }

    /// <summary>One shard's loss and the gradient of its loss sum (not mean) with respect to every parameter.</summary>
    /// <param name="parameters">[Layout.Count]</param>
    /// <param name="packed">The same parameters, packed.</param>
    /// <param name="batch">At most <see cref="MaxRows"/> samples.</param>
    /// <param name="dropout">Decides which activations are dropped; its shard is reported as the bad one if loss or gradient is not finite.</param>
    /// <param name="gradient">[Layout.Count], overwritten.</param>
    /// <returns>The shard's sums.</returns>
    /// <exception cref="ArgumentException">A length, a label or the packed weights' network is wrong.</exception>
    public ShardMetrics ComputeGradient(ReadOnlySpan<float> parameters, PackedWeights packed, Samples batch, DropoutKey dropout, Span<float> gradient)
    {
        Require(parameters, packed, batch.Inputs.Length, batch.Rows);
        _head.Require(batch);
        _network.RequireParameters(gradient.Length);
        if (batch.Rows == 0)
        {
            gradient.Clear();
            return default;
        }

        _dropout?.Draw(dropout, batch.Rows);

        fixed (float* weights = parameters, inputs = batch.Inputs, target = gradient)
        {
            Forward(weights, packed, inputs, batch.Rows, training: true);
            var metrics = _head.Run(_activations.Last, batch);
            _health.Span.Clear();
            Backward(weights, packed, inputs, batch.Rows, target);
            var finite = double.IsFinite(metrics.LossSum) && GradientIsFinite(gradient);
            return finite ? metrics : metrics with { FirstBadShard = dropout.Shard };
        }
    }

    /// <summary>The loss and metrics of samples, without dropout and gradient.</summary>
    /// <param name="parameters">[Layout.Count]</param>
    /// <param name="packed">The same parameters, packed.</param>
    /// <param name="batch">At most <see cref="MaxRows"/> samples.</param>
    /// <param name="shard">Reported as the bad one if the loss is not finite.</param>
    /// <returns>The samples' sums.</returns>
    /// <exception cref="ArgumentException">A length, a label or the packed weights' network is wrong.</exception>
    public ShardMetrics Evaluate(ReadOnlySpan<float> parameters, PackedWeights packed, Samples batch, int shard = 0)
    {
        Require(parameters, packed, batch.Inputs.Length, batch.Rows);
        _head.Require(batch);
        fixed (float* weights = parameters, inputs = batch.Inputs)
        {
            Forward(weights, packed, inputs, batch.Rows, training: false);
            var metrics = _head.Run(_activations.Last, batch);
            return double.IsFinite(metrics.LossSum) ? metrics : metrics with { FirstBadShard = shard };
        }
    }

    /// <summary>What the network answers: class probabilities, or values.</summary>
    /// <param name="parameters">[Layout.Count]</param>
    /// <param name="packed">The same parameters, packed.</param>
    /// <param name="inputs">[rows × inputs] row-major</param>
    /// <param name="rows">At most <see cref="MaxRows"/>.</param>
    /// <param name="outputs">[rows × outputs] row-major, overwritten.</param>
    /// <exception cref="ArgumentException">A length or the packed weights' network is wrong.</exception>
    public void Predict(ReadOnlySpan<float> parameters, PackedWeights packed, ReadOnlySpan<float> inputs, int rows, Span<float> outputs)
    {
        Require(parameters, packed, inputs.Length, rows);
        var width = _network.Specification.Outputs;
        if (outputs.Length != (long)rows * width) throw new ArgumentException($"{rows} rows have {(long)rows * width} outputs, not {outputs.Length}", nameof(outputs));
        fixed (float* weights = parameters, source = inputs, target = outputs)
        {
            Forward(weights, packed, source, rows, training: false);
            _head.Answer(_activations.Last, rows);
            PanelPacking.ToColumns(_activations.Last, width, rows, target);
        }
    }

    /// <summary>z = Wᵀ x + b and x = f(z), layer by layer; the last layer keeps z.</summary>
    private void Forward(float* weights, PackedWeights packed, float* inputs, int rows, bool training)
    {
        var layers = _layers;
        var activation = _network.Specification.Activation;
        PanelPacking.FromColumns(inputs, layers[0].Inputs, rows, _activations.Inputs(0));
        for (var i = 0; i < layers.Length; i++)
        {
            var layer = layers[i];
            var hidden = i + 1 < layers.Length;
            var fused = hidden && activation == Activation.Relu && !(training && _activations.KeepsDerivatives);
            var product = default(ProductTask);
            product.Rows = layer.Outputs;
            product.Depth = layer.Inputs;
            product.Columns = rows;
            if (packed.Holds(i))
            {
                product.A = packed.Forward(i);
                product.PackedStrips = true;
            }
            else
            {
                product.A = weights + layer.WeightOffset;
                product.RowStride = 1;
                product.DepthStride = layer.Outputs;
                product.Packing = _packing.Pointer;
            }

            product.B = _activations.Inputs(i);
            product.BPanel = (nint)layer.Inputs * Panel.Width;
            product.C = _activations.Outputs(i);
            product.CRow = Panel.Width;
            product.CPanel = (nint)layer.Outputs * Panel.Width;
            product.CPadded = true;
            product.Epilogue = fused ? TileEpilogue.AddBiasRelu : TileEpilogue.AddBias;
            product.Bias = weights + layer.BiasOffset;
            _kernels.Multiply(&product);

            if (!hidden || fused) continue;
            var count = Panel.Size(layer.Outputs, rows);
            var derivatives = training && _activations.KeepsDerivatives ? _activations.Derivatives(i) : null;
            if (activation != Activation.Identity || derivatives != null) _kernels.Activate(activation, product.C, derivatives, count);
            if (training && _dropout is not null) _kernels.Scale(product.C, derivatives, _dropout.Layer(i), count);
        }
    }

    /// <summary>From the output's gradient back: dW = x dzᵀ, db = Σ dz, and dz of the layer below = (W dz) · f′.</summary>
    private void Backward(float* weights, PackedWeights packed, float* inputs, int rows, float* gradient)
    {
        var layers = _layers;
        var error = _activations.Last;
        for (var i = layers.Length - 1; i >= 0; i--)
        {
            var layer = layers[i];
            PanelPacking.Transpose(error, layer.Outputs, rows, _transposed.Pointer, gradient + layer.BiasOffset);

            var product = default(ProductTask);
            product.Rows = layer.Inputs;
            product.Depth = rows;
            product.Columns = layer.Outputs;
            product.Health = _health.Pointer;
            if (i == 0)
            {
                product.A = inputs;
                product.RowStride = 1;
                product.DepthStride = layer.Inputs;
            }
            else
            {
                product.A = _activations.Inputs(i);
                product.RowStride = Panel.Width;
                product.DepthStride = 1;
                product.GroupJump = (nint)(layer.Inputs - 1) * Panel.Width;
            }

            if (PacksActivations(layer)) product.Packing = _packing.Pointer;
            product.B = _transposed.Pointer;
            product.BPanel = (nint)rows * Panel.Width;
            product.C = gradient + layer.WeightOffset;
            product.CRow = layer.Outputs;
            product.CPanel = Panel.Width;
            _kernels.Multiply(&product);
            if (i == 0) break;

            product = default;
            product.Rows = layer.Inputs;
            product.Depth = layer.Outputs;
            product.Columns = rows;
            if (packed.Holds(i))
            {
                product.A = packed.Backward(i);
                product.PackedStrips = true;
            }
            else
            {
                product.A = weights + layer.WeightOffset;
                product.RowStride = layer.Outputs;
                product.DepthStride = 1;
                product.Packing = _packing.Pointer;
            }

            product.B = error;
            product.BPanel = (nint)layer.Outputs * Panel.Width;
            product.C = _errors[i & 1].Pointer;
            product.CRow = Panel.Width;
            product.CPanel = (nint)layer.Inputs * Panel.Width;
            product.CPadded = true;
            product.Epilogue = _activations.KeepsDerivatives ? TileEpilogue.MultiplyGate
                : _network.Specification.Activation == Activation.Relu ? TileEpilogue.GateRelu
                : TileEpilogue.Store;
            product.Gate = _activations.KeepsDerivatives ? _activations.Derivatives(i - 1) : _activations.Inputs(i);
            _kernels.Multiply(&product);
            error = product.C;
        }
    }

    private void Require(ReadOnlySpan<float> parameters, PackedWeights packed, int inputs, int rows)
    {
        _network.RequireParameters(parameters.Length);
        ArgumentNullException.ThrowIfNull(packed);
        if (!ReferenceEquals(packed.Network, _network)) throw new ArgumentException("packed weights of another network", nameof(packed));
        if (rows < 0 || rows > MaxRows) throw new ArgumentException($"a shard has 0 … {MaxRows} rows, not {rows}", nameof(rows));
        var expected = (long)rows * _network.Specification.Inputs;
        if (inputs != expected) throw new ArgumentException($"{rows} rows have {expected} inputs, not {inputs}", nameof(inputs));
    }

    /// <summary>Whether a layer's dW is wide enough to pay for bringing x into strips; otherwise x is read from its panels.</summary>
    private static bool PacksActivations(LayerLayout layer) => layer.Outputs >= 96;

    /// <summary>The products have looked at the weights' gradients; the biases' are few.</summary>
    private bool GradientIsFinite(ReadOnlySpan<float> gradient)
    {
        var health = 0f;
        foreach (var value in _health.Span) health += value;
        foreach (var layer in _layers)
        {
            foreach (var value in gradient.Slice(layer.BiasOffset, layer.Outputs)) health += value * 0;
        }

        return health == 0;
    }
}
