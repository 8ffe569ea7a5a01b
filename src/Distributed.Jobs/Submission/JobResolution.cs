using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Jobs.Results;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Elements;

namespace Distributed.Jobs.Submission;

/// <summary>Resolves settings and data into a specification: a pure function, so that equal commands on equal data give equal jobs.</summary>
internal static class JobResolution
{
    /// <summary>Checks what can be checked without the data: values that contradict each other.</summary>
    /// <exception cref="SettingException">They do.</exception>
    public static void Check(GivenSettings given)
    {
        var hasNoValidation = given.Get(Settings.Validation) is { } text && RealType.TryRead(text, out var share) && share == 0;
        if (given.Has(Settings.TargetAccuracy) && hasNoValidation) throw NoValidationAccuracy();
        if (given.Get(Settings.Calibrate) == true && hasNoValidation) throw NeedsValidation(Settings.Calibrate);
        if (given.Get(Settings.Calibrate) == true && given.Get(Settings.Task) == TaskKind.Regress) throw NeedsClasses(Settings.Calibrate);
        if (given.Has(Settings.TargetAccuracy) && given.Get(Settings.Task) == TaskKind.Regress)
            throw new SettingException(Settings.TargetAccuracy, $"{Settings.TargetAccuracy} needs a classifier; use {Settings.TargetLoss} for a regression");
        if (given.Has(Settings.InitialWeights) && given.Has(Settings.From))
            throw new SettingException(Settings.From, $"{Settings.InitialWeights} and {Settings.From} both give the initial weights; give one of them");
        if (given.Has(Settings.Group) && given.Has(Settings.Order))
            throw new SettingException(Settings.Order, $"{Settings.Group} and {Settings.Order} both say which rows are held back; leave one of them out");
        if (given.Get(Settings.Shard) > given.Get(Settings.Batch))
            throw new SettingException(Settings.Shard, $"{Settings.Shard} is {given.Get(Settings.Shard)}: must be at most the batch's {given.Get(Settings.Batch)}");
    }

    /// <summary>Which samples to learn from, and how to read them: as given, or as the other job does.</summary>
    /// <param name="given">The settings.</param>
    /// <param name="from">The job that <see cref="Settings.From"/> names; null for none.</param>
    public static DataSettings SourceOf(GivenSettings given, JobRecord? from)
    {
        var before = from is null || given.Has(Settings.Data)
            ? new DataSettings { Source = JobDefaults.Data, Rules = DataSettings.NewestRules, Seed = JobDefaults.Seed }
            : from.Source;
        var source = before with
        {
            Source = given.Get(Settings.Data) ?? before.Source,
            Target = given.Get(Settings.Target) ?? before.Target,
            Task = given.Get(Settings.Task) ?? before.Task,
            Ignore = given.Get(Settings.Ignore) ?? before.Ignore,
            Text = given.Get(Settings.Text) ?? before.Text,
            Validation = given.Get(Settings.Validation) ?? before.Validation,
            Group = given.Get(Settings.Group) ?? (given.Has(Settings.Order) ? null : before.Group),
            Order = given.Get(Settings.Order) ?? (given.Has(Settings.Group) ? null : before.Order),
            Weight = given.Get(Settings.Weight) ?? before.Weight,
            Format = TableWriting.Of(given, before.Format),
            Seed = given.Get(Settings.Seed) ?? before.Seed,
        };
        TableWriting.Check(given, source);
        if (((Setting[])[Settings.Group, Settings.Order]).FirstOrDefault(given.Has) is { } split && source.Validation is { } text
            && (!RealType.TryRead(text, out var share) || share == 0))
            throw new SettingException(split, $"{split} splits a table by a share, and {Settings.Validation} is {text}; leave one of them out");
        return source;
    }

    /// <summary>Fills in what was not given, and checks the whole.</summary>
    /// <param name="given">The settings.</param>
    /// <param name="seed">Of <see cref="SourceOf"/>.</param>
    /// <param name="data">The samples.</param>
    /// <param name="from">The job that it begins from: its weights mean nothing in another network. Null for none.</param>
    /// <exception cref="UsageException">The settings do not go together with each other or with the data.</exception>
    public static JobSpecification Resolve(GivenSettings given, ulong seed, DataShape data, JobRecord? from = null)
    {
        if (given.Has(Settings.TargetAccuracy) && !data.IsClassification)
        {
            throw new SettingException(
                Settings.TargetAccuracy, $"{Settings.TargetAccuracy} needs a classifier, and the target of this data is a number; use {Settings.TargetLoss}");
        }
        if (given.Has(Settings.TargetAccuracy) && data.Validation == 0) throw NoValidationAccuracy();
        if (given.Get(Settings.Calibrate) == true && !data.IsClassification) throw NeedsClasses(Settings.Calibrate);
        if (given.Get(Settings.Calibrate) == true && data.Validation == 0) throw NeedsValidation(Settings.Calibrate);

        var network = Network(given, data, from?.Specification.Network);
        var batch = given.Get(Settings.Batch) ?? JobDefaults.Batch(data.Training);
        var specification = new JobSpecification
        {
            Data = new DataIdentity(data.Sha256, data.Training, data.Validation),
            Network = network,
            Optimizer = Optimizer(given, data),
            Schedule = Schedule(given, data.Training),
            Epochs = given.Get(Settings.Epochs) ?? JobDefaults.Epochs(data),
            BatchSize = batch,
            ShardSize = given.Get(Settings.Shard) ?? DefaultShardSize.For(network, batch),
            GradientFormat = given.Get(Settings.GradientFormat) ?? GradientFormat.Float32,
            Seed = seed,
            Stop = new StopRules
            {
                TargetAccuracy = given.Get(Settings.TargetAccuracy),
                TargetLoss = given.Get(Settings.TargetLoss),
                Patience = given.Get(Settings.Patience) ?? JobDefaults.Patience(data, given.Has(Settings.Epochs)),
            },
        };
        return specification.Validate() is { } wrong ? throw new UsageException(wrong) : specification;
    }

    private static NetworkSpecification Network(GivenSettings given, DataShape data, NetworkSpecification? before)
    {
        var activation = given.Get(Settings.Activation) ?? before?.Activation ?? Activation.Relu;
        var loss = given.Get(Settings.Loss) ?? (data.IsClassification ? LossKind.CrossEntropy : LossKind.SquaredError);
        if (data.IsClassification != (loss == LossKind.CrossEntropy))
        {
            var losses = data.IsClassification
                ? "a classifier has cross-entropy; squared-error and huber are for regressions"
                : "a regression has squared-error or huber; cross-entropy is for classifiers";
            throw new SettingException(Settings.Loss, $"{Settings.Loss}: {losses}");
        }
        if (!data.IsClassification && given.Has(Settings.LabelSmoothing))
            throw new SettingException(Settings.LabelSmoothing, $"{Settings.LabelSmoothing} needs a classifier: a regression has no labels");
        Belongs(given, Settings.HuberDelta, loss == LossKind.Huber, Settings.Loss, "huber");
        var defaults = new NetworkSpecification();
        return defaults with
        {
            Inputs = data.Inputs,
            Hidden = given.Get(Settings.Hidden) ?? before?.Hidden ?? JobDefaults.Hidden(data),
            Outputs = data.Outputs,
            Activation = activation,
            Dropout = given.Get(Settings.Dropout) ?? before?.Dropout ?? (given.Has(Settings.Hidden) ? 0 : JobDefaults.Dropout(data)),
            Output = data.IsClassification ? OutputKind.Softmax : OutputKind.Linear,
            Loss = loss,
            LabelSmoothing = given.Get(Settings.LabelSmoothing) ?? 0,
            ClassWeights = given.Get(Settings.ClassWeights)?.For(data),
            HuberDelta = given.Get(Settings.HuberDelta) ?? defaults.HuberDelta,
            Initialization = given.Get(Settings.Initialization) ?? JobDefaults.InitializationFor(activation),
        };
    }

    private static OptimizerSpecification Optimizer(GivenSettings given, DataShape data)
    {
        var defaults = new OptimizerSpecification();
        var kind = given.Get(Settings.Optimizer) ?? OptimizerKind.Adam;
        Belongs(given, Settings.Momentum, kind is OptimizerKind.Momentum or OptimizerKind.Nesterov, Settings.Optimizer, "momentum or nesterov");
        var adaptive = kind is OptimizerKind.Adam or OptimizerKind.AdamW;
        Belongs(given, Settings.Beta1, adaptive, Settings.Optimizer, "adam or adamw");
        Belongs(given, Settings.Beta2, adaptive, Settings.Optimizer, "adam or adamw");
        Belongs(given, Settings.Epsilon, adaptive, Settings.Optimizer, "adam or adamw");
        return defaults with
        {
            Kind = kind,
            LearningRate = given.Get(Settings.LearningRate) ?? JobDefaults.LearningRate(kind),
            Momentum = given.Get(Settings.Momentum) ?? defaults.Momentum,
            Beta1 = given.Get(Settings.Beta1) ?? defaults.Beta1,
            Beta2 = given.Get(Settings.Beta2) ?? defaults.Beta2,
            Epsilon = given.Get(Settings.Epsilon) ?? defaults.Epsilon,
            WeightDecay = given.Get(Settings.WeightDecay) ?? JobDefaults.WeightDecay(data, kind),
            GradientClip = given.Get(Settings.Clip),
        };
    }

    private static ScheduleSpecification Schedule(GivenSettings given, int trainingSamples)
    {
        var defaults = new ScheduleSpecification();
        var kind = given.Get(Settings.Schedule) ?? JobDefaults.Schedule(trainingSamples);
        Belongs(given, Settings.StepEpochs, kind == ScheduleKind.Step, Settings.Schedule, "step");
        Belongs(given, Settings.StepFactor, kind == ScheduleKind.Step, Settings.Schedule, "step");
        Belongs(given, Settings.MinimumLearningRate, kind != ScheduleKind.Constant, Settings.Schedule, "step or cosine");
        return defaults with
        {
            Kind = kind,
            WarmupSteps = given.Get(Settings.Warmup) ?? 0,
            StepEpochs = given.Get(Settings.StepEpochs) ?? defaults.StepEpochs,
            StepFactor = given.Get(Settings.StepFactor) ?? defaults.StepFactor,
            MinimumLearningRate = given.Get(Settings.MinimumLearningRate) ?? 0,
        };
    }

    /// <summary>A setting that would have no effect is a mistake, not a wish.</summary>
    private static void Belongs(GivenSettings given, Setting setting, bool belongs, Setting other, string values)
    {
        if (given.Has(setting) && !belongs) throw new SettingException(setting, $"{setting} belongs to {other} {values}");
    }

    private static SettingException NeedsClasses(Setting setting) => new(setting, $"{setting} needs a classifier: a regression has no probabilities");

    private static SettingException NeedsValidation(Setting setting) =>
        new(setting, $"{setting} needs a validation set: give {Settings.Validation} a share above 0 or a file");

    private static SettingException NoValidationAccuracy() => new(
        Settings.TargetAccuracy, $"{Settings.TargetAccuracy} needs a validation set: give {Settings.Validation} a share above 0 or a file, or use {Settings.TargetLoss}");
}
