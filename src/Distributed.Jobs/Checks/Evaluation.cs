using Distributed.Data.Samples;
using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Checks;

/// <summary>
/// Evaluates weights on samples exactly as the workers do: in the same shards, summed along the same tree. So the loss of the same weights
/// on the same samples is the same to the last bit.
/// </summary>
internal sealed class Evaluation
{
    /// <summary>The most answers that <see cref="Answers"/> holds: a picture shows no more.</summary>
    private const int MostAnswers = 20_000;

    private readonly ISampleSource _samples;
    private readonly EpochPlan _plan;
    private readonly float[] _parameters;
    private readonly PackedWeights _packed;
    private readonly ShardComputer _computer;
    private readonly ShardMemory _memory;

    private Evaluation(NetworkSpecification specification, float[] parameters, ISampleSource samples, IReadOnlyList<string> classes)
    {
        _samples = samples;
        _parameters = parameters;
        _plan = PlanOf(specification, samples.Rows);
        var network = new Network(specification);
        _packed = new PackedWeights(network);
        network.Pack(parameters, _packed);
        var most = Math.Min(samples.Rows, _plan.EvaluationShard(0).Count);
        _computer = new ShardComputer(network, most);
        _memory = new ShardMemory(
            new int[most], new float[most * samples.Inputs], new int[samples.IsClassification ? most : 0],
            new float[samples.IsClassification ? 0 : most * samples.Outputs],
            new float[samples.HasWeights ? most : 0], new float[most * samples.Outputs]);
        Classes = samples.IsClassification ? new ClassificationReport(classes) : null;
        Probabilities = samples.IsClassification ? new ProbabilityReport(classes.Count) : null;
    }

    /// <summary>Sums over all samples.</summary>
    public ShardMetrics Metrics { get; private set; }

    /// <summary>Class by class; null for a regression.</summary>
    public ClassificationReport? Classes { get; }

    /// <summary>What follows from the probabilities; null for a regression.</summary>
    public ProbabilityReport? Probabilities { get; }

    /// <summary>The first answers of a regression and their targets, standardised, in the order of the rows; empty for classes.</summary>
    public List<(float Answer, float Target)> Answers { get; } = [];

    /// <summary>Evaluates.</summary>
    /// <param name="specification">The network.</param>
    /// <param name="parameters">Its flat parameter vector.</param>
    /// <param name="samples">At least one, encoded for this network.</param>
    /// <param name="classes">The classes' names; empty for a regression.</param>
    public static Evaluation Of(NetworkSpecification specification, float[] parameters, ISampleSource samples, IReadOnlyList<string> classes)
    {
        var evaluation = new Evaluation(specification, parameters, samples, classes);
        evaluation.Metrics = evaluation.Sum(new ReductionNode(0, evaluation._plan.EvaluationShardCount));
        return evaluation;
    }

    private ShardMetrics Sum(ReductionNode node)
    {
        if (node.Count == 1) return Shard(node.First);
        var left = ReductionTree.LeftCount(node.Count);
        return ShardMetrics.Add(
            Sum(new ReductionNode(node.First, left)),
            Sum(new ReductionNode(node.First + left, node.Count - left)));
    }

    private ShardMetrics Shard(int shard)
    {
        var range = _plan.EvaluationShard(shard);
        for (var i = 0; i < range.Count; i++) _memory.Rows[i] = range.First + i;
        _samples.Gather(_memory.Rows.AsSpan(0, range.Count), _memory.Inputs, _memory.Labels, _memory.Targets);
        if (_samples.HasWeights) _samples.GatherWeights(_memory.Rows.AsSpan(0, range.Count), _memory.Weights);
        var weights = _memory.Weights.AsSpan(0, _samples.HasWeights ? range.Count : 0);
        var inputs = _memory.Inputs.AsSpan(0, range.Count * _samples.Inputs);
        var outputs = _memory.Outputs.AsSpan(0, range.Count * _samples.Outputs);
        _computer.Predict(_parameters, _packed, inputs, range.Count, outputs);
        if (Classes is null)
        {
            var targets = _memory.Targets.AsSpan(0, outputs.Length);
            for (var i = 0; i < outputs.Length && Answers.Count < MostAnswers; i++) Answers.Add((outputs[i], targets[i]));
            return _computer.Evaluate(_parameters, _packed, new Samples(inputs, targets, range.Count) { Weights = weights }, shard);
        }

        var labels = _memory.Labels.AsSpan(0, range.Count);
        Classes.Add(labels, outputs);
        Probabilities!.Add(labels, outputs);
        return _computer.Evaluate(_parameters, _packed, new Samples(inputs, labels, range.Count) { Weights = weights }, shard);
    }

    /// <summary>What one shard takes, and answers.</summary>
    private sealed record ShardMemory(int[] Rows, float[] Inputs, int[] Labels, float[] Targets, float[] Weights, float[] Outputs);

    /// <summary>Only the plan's cutting of the validation set is used here.</summary>
    private static EpochPlan PlanOf(NetworkSpecification network, int rows) => new(new JobSpecification
    {
        Data = new DataIdentity("", 1, rows),
        Network = network,
        Optimizer = new OptimizerSpecification(),
        Schedule = new ScheduleSpecification(),
        Epochs = 1,
        BatchSize = 1,
        ShardSize = 1,
        Seed = 0,
    });
}
