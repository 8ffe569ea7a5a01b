using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Elements;

namespace Distributed.Jobs.Submission;

/// <summary>Resolves settings and data into a specification: a pure function, so that equal commands on equal data give equal jobs.</summary>
internal static class JobResolution
{
    /// <summary>Fills in what was not given, and checks the whole.</summary>
    /// <exception cref="UsageException">The settings do not go together with each other or with the data.</exception>
    public static JobSpecification Resolve(TrainSettings settings, DataShape data, InitialWeights? initial = null)
    {
        if (settings.TargetAccuracy is not null && !data.IsClassification)
            throw new UsageException("--target-accuracy needs a classifier, and these samples have values to predict: --target-loss would be right");
        if (settings.TargetAccuracy is not null && data.Validation == 0)
            throw new UsageException("--target-accuracy needs a validation set: give --validation a share above 0 or a file, or use --target-loss");

        var network = Network(settings, data);
        var batch = settings.Batch ?? JobDefaults.Batch(data.Training);
        var specification = new JobSpecification
        {
            Data = new DataIdentity(data.Sha256, data.Training, data.Validation),
            Network = network,
            Optimizer = Optimizer(settings),
            Schedule = Schedule(settings, data.Training),
            Epochs = settings.Epochs ?? JobDefaults.Epochs(data.Training),
            BatchSize = batch,
            ShardSize = settings.Shard ?? DefaultShardSize.For(network, batch),
            GradientFormat = settings.GradientFormat ?? GradientFormat.Float32,
            Seed = settings.Seed,
            Stop = new StopRules { TargetAccuracy = settings.TargetAccuracy, TargetLoss = settings.TargetLoss, Patience = settings.Patience },
            Initial = initial,
        };
        return specification.Validate() is { } wrong ? throw new UsageException(wrong) : specification;
    }

    private static NetworkSpecification Network(TrainSettings settings, DataShape data)
    {
        var activation = settings.Activation ?? Activation.Relu;
        var loss = settings.Loss ?? (data.IsClassification ? LossKind.CrossEntropy : LossKind.SquaredError);
        if (data.IsClassification != (loss == LossKind.CrossEntropy))
        {
            throw new UsageException(data.IsClassification
                ? "--loss: a classifier has cross-entropy; squared-error and huber are for regressions"
                : "--loss: a regression has squared-error or huber; cross-entropy is for classifiers");
        }
        if (!data.IsClassification && settings.LabelSmoothing is not null)
            throw new UsageException("--label-smoothing needs a classifier: a regression has no labels");
        if (settings.HuberDelta is not null && loss != LossKind.Huber)
            throw new UsageException("--huber-delta belongs to --loss huber");
        var defaults = new NetworkSpecification();
        return defaults with
        {
            Inputs = data.Inputs,
            Hidden = settings.Hidden ?? JobDefaults.Hidden(data.Training),
            Outputs = data.Outputs,
            Activation = activation,
            Dropout = settings.Dropout ?? 0,
            Output = data.IsClassification ? OutputKind.Softmax : OutputKind.Linear,
            Loss = loss,
            LabelSmoothing = settings.LabelSmoothing ?? 0,
            ClassWeights = settings.ClassWeights?.For(data),
            HuberDelta = settings.HuberDelta ?? defaults.HuberDelta,
            Initialization = settings.Initialization ?? JobDefaults.InitializationFor(activation),
        };
    }

    private static OptimizerSpecification Optimizer(TrainSettings settings)
    {
        var defaults = new OptimizerSpecification();
        var kind = settings.Optimizer ?? OptimizerKind.Adam;
        Belongs(settings.Momentum, "--momentum", kind is OptimizerKind.Momentum or OptimizerKind.Nesterov, "--optimizer momentum or nesterov");
        var adaptive = kind is OptimizerKind.Adam or OptimizerKind.AdamW;
        Belongs(settings.Beta1, "--beta1", adaptive, "--optimizer adam or adamw");
        Belongs(settings.Beta2, "--beta2", adaptive, "--optimizer adam or adamw");
        Belongs(settings.Epsilon, "--epsilon", adaptive, "--optimizer adam or adamw");
        return defaults with
        {
            Kind = kind,
            LearningRate = settings.LearningRate ?? JobDefaults.LearningRate(kind),
            Momentum = settings.Momentum ?? defaults.Momentum,
            Beta1 = settings.Beta1 ?? defaults.Beta1,
            Beta2 = settings.Beta2 ?? defaults.Beta2,
            Epsilon = settings.Epsilon ?? defaults.Epsilon,
            WeightDecay = settings.WeightDecay ?? 0,
            GradientClip = settings.Clip,
        };
    }

    private static ScheduleSpecification Schedule(TrainSettings settings, int trainingSamples)
    {
        var defaults = new ScheduleSpecification();
        var kind = settings.Schedule ?? JobDefaults.Schedule(trainingSamples);
        Belongs(settings.StepEpochs, "--step-epochs", kind == ScheduleKind.Step, "--schedule step");
        Belongs(settings.StepFactor, "--step-factor", kind == ScheduleKind.Step, "--schedule step");
        Belongs(settings.MinimumLearningRate, "--minimum-learning-rate", kind != ScheduleKind.Constant, "--schedule step or cosine");
        return defaults with
        {
            Kind = kind,
            WarmupSteps = settings.Warmup ?? 0,
            StepEpochs = settings.StepEpochs ?? defaults.StepEpochs,
            StepFactor = settings.StepFactor ?? defaults.StepFactor,
            MinimumLearningRate = settings.MinimumLearningRate ?? 0,
        };
    }

    /// <summary>A setting that would have no effect is a mistake, not a wish.</summary>
    private static void Belongs<T>(T? given, string flag, bool belongs, string where) where T : struct
    {
        if (given is not null && !belongs) throw new UsageException($"{flag} belongs to {where}");
    }
}
