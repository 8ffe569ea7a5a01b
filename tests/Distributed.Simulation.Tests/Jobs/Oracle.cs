using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Simulation.Tests.Jobs;

/// <summary>The naive straight-line training loop: the result every schedule must reproduce, step by step.</summary>
internal sealed class Oracle
{
    private readonly List<float[]> _weights = [];
    private readonly List<float[]> _states = [];
    private readonly List<ShardMetrics> _totals = [default]; // running sums of the epoch that a version's last step belongs to
    private readonly List<EpochDecided> _decisions = [];

    public Oracle(SimulatedJob job, JobMathematics mathematics)
    {
        var specification = job.Specification;
        var plan = job.Plan;
        var optimizer = Optimizer.Create(specification.Optimizer);
        var weights = new float[mathematics.ParameterCount];
        if (job.Initial is { } initial) initial.CopyTo(weights, 0);
        else job.Network.Initialize(specification.Seed, weights);
        var state = new float[optimizer.StateVectors * weights.Length];
        var gradient = new float[weights.Length];
        Keep(weights, state);
        var totals = default(ShardMetrics);
        for (long step = 0; step < plan.TotalSteps; step++)
        {
            mathematics.Use(weights);
            var metrics = mathematics.Gradient(weights, step, new ReductionNode(0, plan.ShardCount(step)), gradient);
            var rate = specification.Schedule.LearningRateAt(step, plan.TotalSteps, plan.StepsPerEpoch, specification.Optimizer.LearningRate);
            if (metrics.HasBadShard || !optimizer.Update(step, rate, metrics.Divisor, gradient, weights, weights, state))
            {
                DivergedAt = step;
                return;
            }
            Keep(weights, state);
            totals = step % plan.StepsPerEpoch == 0 ? metrics : ShardMetrics.Add(totals, metrics);
            _totals.Add(totals);
            if (!plan.IsBoundary(step + 1)) continue;
            mathematics.Use(weights);
            ShardMetrics? validation = plan.EvaluationShardCount == 0
                ? null
                : mathematics.Evaluation(weights, new ReductionNode(0, plan.EvaluationShardCount));
            Decide(specification, totals, validation);
            if (_decisions[^1].Stop is not null) return;
        }
    }

    /// <summary>The first step whose gradient or update is not finite; null when all are finite.</summary>
    public long? DivergedAt { get; }

    /// <summary>Steps done without human intervention.</summary>
    public long FinalStep => _weights.Count - 1;

    public IReadOnlyList<EpochDecided> Decisions => _decisions;

    public float[] Weights(long version) => _weights[(int)version];

    public float[] State(long version) => _states[(int)version];

    public ShardMetrics Totals(long version) => _totals[(int)version];

    private void Keep(float[] weights, float[] state)
    {
        _weights.Add([.. weights]);
        _states.Add([.. state]);
    }

    private void Decide(JobSpecification specification, ShardMetrics training, ShardMetrics? validation)
    {
        var classifier = specification.Network.Output == OutputKind.Softmax;
        var metrics = new EpochMetrics
        {
            TrainLoss = training.MeanLoss,
            TrainAccuracy = classifier ? training.Accuracy : null,
            ValidationLoss = validation?.MeanLoss,
            ValidationAccuracy = classifier ? validation?.Accuracy : null,
            ValidationMae = classifier ? null : validation?.MeanAbsoluteError,
            ValidationR2 = classifier ? null : validation?.RSquared,
        };
        _decisions.Add(specification.Stop.Decide(_decisions.Count, specification.Epochs, metrics, EpochDecisions.Best(_decisions)));
    }
}
