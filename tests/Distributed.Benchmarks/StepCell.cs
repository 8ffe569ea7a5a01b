using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Learning.Randomness;
using Distributed.Tensors.Elements;
using Distributed.Tensors.Memory;

namespace Distributed.Benchmarks;

/// <summary>
/// One cell of the table: a model and a batch size, one compute thread, one shard a batch. A step is pack, forward, cross-entropy,
/// backward, and SGD with momentum, on random data that is already in memory, as the peer's script does it.
/// </summary>
internal sealed class StepCell
{
    private readonly Network _network;
    private readonly PackedWeights _packed;
    private readonly ShardComputer _computer;
    private readonly Optimizer _optimizer;
    private readonly AlignedBuffer _parameters;
    private readonly AlignedBuffer _gradient;
    private readonly AlignedBuffer _sum;
    private readonly AlignedBuffer _state;
    private readonly AlignedBuffer _inputs;
    private readonly int[] _labels;
    private readonly int _shard;
    private long _step;

    /// <summary>Prepares a cell.</summary>
    /// <param name="model">Layer widths, for example 784-128-10.</param>
    /// <param name="batch">Samples a step.</param>
    /// <param name="shard">Samples a shard; the batch by default.</param>
    public StepCell(string model, int batch, int? shard = null)
    {
        var sizes = model.Split('-').Select(int.Parse).ToArray();
        Model = model;
        Batch = batch;
        _shard = shard ?? batch;
        _network = new Network(new NetworkSpecification { Inputs = sizes[0], Hidden = sizes[1..^1], Outputs = sizes[^1] });
        _packed = new PackedWeights(_network, (batch + _shard - 1) / _shard);
        _computer = new ShardComputer(_network, _shard);
        _optimizer = Optimizer.Create(new OptimizerSpecification { Kind = OptimizerKind.Momentum, LearningRate = 0.01, Momentum = 0.9 });
        _parameters = new AlignedBuffer(_network.Layout.Count);
        _gradient = new AlignedBuffer(_network.Layout.Count);
        _sum = _shard < batch ? new AlignedBuffer(_network.Layout.Count) : _gradient;
        _state = new AlignedBuffer(_network.Layout.Count * _optimizer.StateVectors);
        _inputs = new AlignedBuffer(batch * sizes[0]);
        _network.Initialize(0, _parameters.Span);
        var stream = RandomStream.For(0, StreamPurpose.Generator);
        foreach (ref var value in _inputs.Span) value = (float)(stream.NextDouble() * 2 - 1);
        _labels = [.. Enumerable.Range(0, batch).Select(_ => stream.NextInt32(sizes[^1]))];
    }

    /// <summary>The four models of the table.</summary>
    public static IReadOnlyList<string> Models { get; } = ["30-64-32-2", "784-128-10", "784-512-256-10", "784-1024-1024-1024-10"];

    /// <summary>The three batch sizes of the table.</summary>
    public static IReadOnlyList<int> Batches { get; } = [32, 128, 512];

    /// <summary>Layer widths.</summary>
    public string Model { get; }

    /// <summary>Samples a step.</summary>
    public int Batch { get; }

    /// <summary>Floating-point operations of a step's matrix products: 2 a multiply-add; the first layer has no input gradient.</summary>
    public double Operations => _network.Layout.Layers.Select((layer, i) => 2.0 * layer.WeightCount * Batch * (i == 0 ? 2 : 3)).Sum();

    /// <summary>One step.</summary>
    public void Step()
    {
        _network.Pack(_parameters.Span, _packed);
        var width = _network.Specification.Inputs;
        var divisor = 0.0;
        for (var row = 0; row < Batch; row += _shard)
        {
            var rows = Math.Min(_shard, Batch - row);
            var samples = new Samples(_inputs.Span.Slice(row * width, rows * width), _labels.AsSpan(row, rows), rows);
            var into = row == 0 ? _sum : _gradient;
            divisor += _computer.ComputeGradient(_parameters.Span, _packed, samples, new DropoutKey(0, _step, 0), into.Span).Divisor;
            if (row > 0) GradientSum.Add(_sum.Span, _gradient.Span, _sum.Span);
        }

        _optimizer.Update(_step++, 0.01f, divisor, _sum.Span, _parameters.Span, _parameters.Span, _state.Span);
    }

    /// <summary>Only packing, for the profile.</summary>
    public void PackOnly() => _network.Pack(_parameters.Span, _packed);

    /// <summary>Only the update, for the profile.</summary>
    public void UpdateOnly() => _optimizer.Update(_step++, 0.01f, Batch, _sum.Span, _parameters.Span, _parameters.Span, _state.Span);
}
