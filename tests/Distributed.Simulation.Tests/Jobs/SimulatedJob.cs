using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Elements;

namespace Distributed.Simulation.Tests.Jobs;

/// <summary>A tiny real job, drawn from a seed: specification, options and samples.</summary>
internal sealed class SimulatedJob
{
    private static readonly Activation[] Activations = [Activation.Relu, Activation.Tanh, Activation.Gelu, Activation.Sigmoid];

    public JobId Id { get; } = new("simulated");

    public JobSpecification Specification { get; }

    public RunOptions Options { get; }

    public EpochPlan Plan { get; }

    public Network Network { get; }

    /// <summary>Initial weights, for a job that starts from another's checkpoint; null for the random initialisation.</summary>
    public float[]? Initial { get; }

    /// <summary>[rows × inputs], training rows first, then validation rows.</summary>
    public float[] Inputs { get; }

    public int[] Labels { get; }

    public float[] Targets { get; }

    /// <param name="random">Decides everything.</param>
    /// <param name="format">The gradient format; null for the drawn one.</param>
    public SimulatedJob(Random random, GradientFormat? format = null)
    {
        var classifier = random.Next(4) > 0;
        var inputs = random.Next(2, 7);
        var outputs = classifier ? random.Next(2, 5) : random.Next(1, 3);
        var training = random.Next(8, 70);
        var validation = random.Next(3) switch { 0 => 0, 1 => random.Next(5, 40), _ => random.Next(257, 900) };
        var batch = random.Next(Math.Max(2, training / 12), Math.Min(training, 40) + 1);
        var diverges = random.Next(40) == 0;
        Specification = new JobSpecification
        {
            Data = new DataIdentity("simulated", training, validation),
            Network = new NetworkSpecification
            {
                Inputs = inputs,
                Hidden = random.Next(5) switch { 0 => [], 1 => [random.Next(3, 7), random.Next(3, 7)], _ => [random.Next(3, 10)] },
                Outputs = outputs,
                Activation = Activations[random.Next(Activations.Length)],
                Dropout = random.Next(3) == 0 ? 0.25 : 0,
                Output = classifier ? OutputKind.Softmax : OutputKind.Linear,
                Loss = classifier ? LossKind.CrossEntropy : random.Next(2) == 0 ? LossKind.SquaredError : LossKind.Huber,
                LabelSmoothing = classifier && random.Next(4) == 0 ? 0.1 : 0,
                ClassWeights = classifier && random.Next(4) == 0 ? [.. Enumerable.Range(0, outputs).Select(i => 0.5 + i)] : null,
            },
            Optimizer = diverges
                ? new OptimizerSpecification { Kind = OptimizerKind.Momentum, LearningRate = 900, Momentum = 0.99, WeightDecay = 100 }
                : new OptimizerSpecification
                {
                    Kind = (OptimizerKind)random.Next(5),
                    LearningRate = 0.02,
                    WeightDecay = random.Next(2) * 0.01,
                    GradientClip = random.Next(4) == 0 ? 0.05 : null,
                },
            Schedule = new ScheduleSpecification
            {
                Kind = (ScheduleKind)random.Next(3),
                WarmupSteps = random.Next(2) * 3,
                StepEpochs = 1,
                StepFactor = 0.5,
            },
            Epochs = random.Next(1, 6),
            BatchSize = batch,
            ShardSize = random.Next(Math.Max(1, batch / 9), batch + 1),
            Seed = (ulong)random.NextInt64(),
            Stop = new StopRules
            {
                Patience = random.Next(4) == 0 ? 1 : null,
                TargetLoss = random.Next(6) == 0 ? 1.0 : null,
                TargetAccuracy = classifier && validation > 0 && random.Next(6) == 0 ? 0.45 : null,
            },
        };
        Network = new Network(Specification.Network);
        if (random.Next(8) == 0)
        {
            Initial = [.. Enumerable.Range(0, Network.Layout.Count).Select(_ => random.NextSingle() - 0.5f)];
            Specification = Specification with { Initial = new InitialWeights("simulated", "another job") };
        }
        Plan = new EpochPlan(Specification);
        Options = DrawOptions(random);
        var rows = training + validation;
        Inputs = [.. Enumerable.Range(0, rows * inputs).Select(_ => random.NextSingle() * 2 - 1)];
        Labels = [.. Enumerable.Range(0, rows).Select(_ => random.Next(outputs))];
        Targets = [.. Enumerable.Range(0, rows * outputs).Select(_ => random.NextSingle() * 2 - 1)];
        // Drawn last, so that earlier seeds keep their jobs.
        if (random.Next(4) == 0) format ??= GradientFormat.BFloat16;
        if (format is { } form) Specification = Specification with { GradientFormat = form };
        if (Specification.Validate() is { } wrong) throw new InvalidOperationException(wrong);
    }

    public static RunOptions DrawOptions(Random random) => new()
    {
        Blocks = random.Next(1, 6),
        SnapshotEverySteps = random.Next(2) == 0 ? random.Next(1, 12) : null,
        SnapshotEachEpoch = random.Next(5) == 0,
        SnapshotEvery = TimeSpan.FromMilliseconds(random.Next(100, 4000)),
        MinimumWorkers = random.Next(4) == 0 ? 2 : 1,
    };
}
