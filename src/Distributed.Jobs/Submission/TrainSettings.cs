using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Elements;

namespace Distributed.Jobs.Submission;

/// <summary>
/// The settings of a new job as given, typed and each checked by itself; null where nothing was given.
/// <see cref="JobResolution"/> resolves them into a specification once the data is known.
/// </summary>
internal sealed record TrainSettings
{
    private const int LargestLayer = 65_536;

    /// <summary>Null for <see cref="JobDefaults.Data"/>, or the samples of the job that <see cref="From"/> names.</summary>
    public string? Data { get; init; }
    public string? Target { get; init; }
    public TaskKind? Task { get; init; }
    public IReadOnlyList<string> Ignore { get; init; } = [];
    public IReadOnlyList<string> Text { get; init; } = [];
    public string? Validation { get; init; }

    /// <summary>The version of the rules by which the data is read: the newest, or that of the job that <see cref="From"/> names.</summary>
    public int? Rules { get; init; } = DataSettings.NewestRules;

    public IReadOnlyList<int>? Hidden { get; init; }
    public Activation? Activation { get; init; }
    public double? Dropout { get; init; }
    public Initialization? Initialization { get; init; }
    public LossKind? Loss { get; init; }
    public double? HuberDelta { get; init; }
    public double? LabelSmoothing { get; init; }
    public ClassWeighting? ClassWeights { get; init; }

    public OptimizerKind? Optimizer { get; init; }
    public double? LearningRate { get; init; }
    public double? Momentum { get; init; }
    public double? Beta1 { get; init; }
    public double? Beta2 { get; init; }
    public double? Epsilon { get; init; }
    public double? WeightDecay { get; init; }
    public double? Clip { get; init; }
    public ScheduleKind? Schedule { get; init; }
    public int? Warmup { get; init; }
    public int? StepEpochs { get; init; }
    public double? StepFactor { get; init; }
    public double? MinimumLearningRate { get; init; }

    public int? Epochs { get; init; }
    public int? Batch { get; init; }
    public int? Shard { get; init; }
    public GradientFormat? GradientFormat { get; init; }
    public ulong Seed { get; init; }
    public double? TargetAccuracy { get; init; }
    public double? TargetLoss { get; init; }
    public int? Patience { get; init; }
    public JobId? From { get; init; }
    public JobId? Name { get; init; }

    /// <summary>A safetensors file with the weights to begin with.</summary>
    public string? InitialWeights { get; init; }

    /// <summary>Reads and checks every setting by itself; no file is touched.</summary>
    /// <exception cref="UsageException">A value is wrong.</exception>
    public static TrainSettings Read(SettingValues values) => Checked(new TrainSettings
    {
        Data = values.Text("data"),
        Target = values.Text("target"),
        Task = values.Choice("task", Choices.Tasks),
        Ignore = values.DisplayText("ignore") ?? [],
        Text = values.DisplayText("text") ?? [],
        Validation = values.Text("validation"),
        Hidden = values.Sizes("hidden", LargestLayer),
        Activation = values.Choice("activation", Choices.Activations),
        Dropout = values.Real("dropout", v => v is >= 0 and < 1, "at least 0 and below 1"),
        Initialization = values.Choice("initialization", Choices.Initializations),
        Loss = values.Choice("loss", Choices.Losses),
        HuberDelta = values.Real("huber-delta", v => v > 0, "above 0"),
        LabelSmoothing = values.Real("label-smoothing", v => v is >= 0 and < 1, "at least 0 and below 1"),
        ClassWeights = ClassWeighting.Read(values, "class-weights"),
        Optimizer = values.Choice("optimizer", Choices.Optimizers),
        LearningRate = values.Real("learning-rate", v => v is > 0 and <= 1000, "above 0 and at most 1000"),
        Momentum = values.Real("momentum", v => v is >= 0 and < 1, "at least 0 and below 1"),
        Beta1 = values.Real("beta1", v => v is >= 0 and < 1, "at least 0 and below 1"),
        Beta2 = values.Real("beta2", v => v is >= 0 and < 1, "at least 0 and below 1"),
        Epsilon = values.Real("epsilon", v => v is > 0 and <= 1, "above 0 and at most 1"),
        WeightDecay = values.Real("weight-decay", v => v is >= 0 and <= 1000, "between 0 and 1000"),
        Clip = values.Real("clip", v => v > 0, "above 0"),
        Schedule = values.Choice("schedule", Choices.Schedules),
        Warmup = values.Integer("warmup", 0),
        StepEpochs = values.Integer("step-epochs", 1),
        StepFactor = values.Real("step-factor", v => v is > 0 and <= 1, "above 0 and at most 1"),
        MinimumLearningRate = values.Real("minimum-learning-rate", v => v >= 0, "at least 0"),
        Epochs = values.Integer("epochs", 1, 1_000_000),
        Batch = values.Integer("batch", 1, 1 << 20),
        Shard = values.Integer("shard", 1, 1 << 20),
        GradientFormat = values.Choice("gradient-format", Choices.GradientFormats),
        Seed = values.Seed("seed") ?? JobDefaults.Seed,
        TargetAccuracy = values.Real("target-accuracy", v => v is > 0 and <= 1, "above 0 and at most 1 (0.96 is 96 %)"),
        TargetLoss = values.Real("target-loss"),
        Patience = values.Integer("patience", 1),
        From = JobName(values, "from"),
        Name = JobName(values, "name"),
        InitialWeights = values.Text("initial-weights"),
    });

    /// <summary>The source of samples that the job's store keeps.</summary>
    public DataSettings Source => new()
    {
        Source = Data ?? JobDefaults.Data,
        Target = Target,
        Task = Task,
        Ignore = Ignore,
        Text = Text,
        Validation = Validation,
        Rules = Rules,
        Seed = Seed,
    };

    private static TrainSettings Checked(TrainSettings settings)
    {
        var none = settings.Validation is { } v && SettingValues.TryReal(v, out var share) && share == 0;
        if (settings.TargetAccuracy is not null && none)
            throw new UsageException("--target-accuracy needs a validation set: give --validation a share above 0 or a file, or use --target-loss");
        if (settings.TargetAccuracy is not null && settings.Task == TaskKind.Regress)
            throw new UsageException("--target-accuracy needs a classifier: for a regression --target-loss would be right");
        if (settings.InitialWeights is not null && settings.From is not null)
            throw new UsageException("--initial-weights and --from both say what to begin with: one of them would be right");
        if (settings.Shard > settings.Batch)
            throw new UsageException($"--shard is {settings.Shard}: at most the batch's {settings.Batch} would be right");
        return settings;
    }

    private static JobId? JobName(SettingValues values, string name)
    {
        if (values.Text(name) is not { } text) return null;
        return JobId.TryParse(text, out var id)
            ? id
            : throw values.Wrong(name, $"'{text}' is not a job name: up to {JobId.MaximumLength} characters of a-z, 0-9 and '-', beginning with a letter or digit, would be right");
    }
}
