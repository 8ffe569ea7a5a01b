using Distributed.Data;
using Distributed.Data.Tables;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Elements;

namespace Distributed.Jobs.Submission;

/// <summary>Every setting of a training job, in the order of the help: its type, its bounds, and in its help the rule of its default.</summary>
internal static class Settings
{
    private static readonly List<Setting> Table = [];

    private static readonly RealType BelowOne = new() { Least = 0, Most = 1, IsMostOutside = true };
    private static readonly RealType Positive = new() { Least = 0, IsLeastOutside = true };

    public static readonly Setting<string?> Data = Add(new TextType(), "data", "FILE|NAME", SettingGroup.Data,
        "digits, buyers or diabetes; a table (CSV, JSON lines, Parquet, Arrow, Excel); a folder of IDX files (default: digits)");
    public static readonly Setting<string?> Target = Add(new TextType(), "target", "COLUMN", SettingGroup.Data,
        "the CSV column to predict (default: the last)");
    public static readonly Setting<TaskKind?> Task = Add(new ChoiceType<TaskKind>(Choices.Tasks), "task", "KIND", SettingGroup.Data,
        "classify or regress (default: by the target's values)");
    public static readonly Setting<IReadOnlyList<string>?> Ignore = Add(new WordsType(), "ignore", "COLUMNS", SettingGroup.Data,
        "CSV columns to leave out, separated by commas");
    public static readonly Setting<IReadOnlyList<string>?> Text = Add(new WordsType(), "text", "COLUMNS", SettingGroup.Data,
        "CSV columns of numbers to take as text, such as codes");
    public static readonly Setting<IReadOnlyDictionary<string, ColumnUse>?> Column = Add(new ColumnUsesType(), "column", "NAME=KIND", SettingGroup.Data,
        "takes a column as number, category, date or ignore (default: by its cells)");
    public static readonly Setting<IReadOnlyList<string>?> Missing = Add(new WordsType(), "missing", "MARKS", SettingGroup.Data,
        "cells that mean a missing value, besides the usual ones such as NA and ?");
    public static readonly Setting<string?> Delimiter = Add(new CharacterType(), "delimiter", "CHARACTER", SettingGroup.Data,
        "stands between the cells; 'tab' for a tabulator (default: found)");
    public static readonly Setting<NumberNotation?> Decimal = Add(new ChoiceType<NumberNotation>(Choices.DecimalMarks), "decimal", "MARK", SettingGroup.Data,
        "point or comma, before the decimals of numbers (default: found)");
    public static readonly Setting<string?> Encoding = Add(new EncodingType(), "encoding", "NAME", SettingGroup.Data,
        "of the characters, such as windows-1252 (default: found)");
    public static readonly Setting<bool?> NoHeader = Add(new FlagType(), "no-header", "", SettingGroup.Data,
        "the first line is data; the columns are c1, c2 and so on");
    public static readonly Setting<string?> Sheet = Add(new TextType(), "sheet", "NAME|NUMBER", SettingGroup.Data,
        "of an Excel workbook, by name or from 1 (default: the first)");
    public static readonly Setting<string?> Validation = Add(new TextType(), "validation", "FRACTION|FILE", SettingGroup.Data,
        "share or file of samples kept for validation (default: 0.2; 0 for none)");
    public static readonly Setting<string?> Group = Add(new TextType(), "group", "COLUMN", SettingGroup.Data,
        "keeps rows of equal cells together, in training or in validation; no input");
    public static readonly Setting<string?> Order = Add(new TextType(), "order", "COLUMN", SettingGroup.Data,
        "validates on the latest rows by this number or date");
    public static readonly Setting<string?> Weight = Add(new TextType(), "weight", "COLUMN", SettingGroup.Data,
        "how much each row counts, 0 or above; no input (default: each counts 1)");

    public static readonly Setting<IReadOnlyList<int>?> Hidden = Add(new SizesType(65_536), "hidden", "SIZES", SettingGroup.Network,
        "hidden layers, separated by commas; 'none' for none (default: 128; 64 for images below 10,000 samples)");
    public static readonly Setting<Activation?> Activation = Add(new ChoiceType<Activation>(Choices.Activations), "activation", "NAME", SettingGroup.Network,
        "relu, leaky-relu, gelu, tanh, sigmoid or identity (default: relu)");
    public static readonly Setting<double?> Dropout = Add(BelowOne, "dropout", "RATE", SettingGroup.Network,
        "share of hidden outputs dropped in training (default: 0.1 in a table's default layer)");
    public static readonly Setting<Initialization?> Initialization = Add(new ChoiceType<Initialization>(Choices.Initializations), "initialization", "NAME", SettingGroup.Network,
        "he or xavier (default: by the activation)");
    public static readonly Setting<LossKind?> Loss = Add(new ChoiceType<LossKind>(Choices.Losses), "loss", "NAME", SettingGroup.Network,
        "cross-entropy; squared-error or huber (default: by the task)");
    public static readonly Setting<double?> HuberDelta = Add(Positive, "huber-delta", "SIZE", SettingGroup.Network,
        "where Huber's loss turns linear (default: 1)");
    public static readonly Setting<double?> LabelSmoothing = Add(BelowOne, "label-smoothing", "SHARE", SettingGroup.Network,
        "cross-entropy's label smoothing (default: 0)");
    public static readonly Setting<ClassWeighting?> ClassWeights = Add(new ClassWeightsType(), "class-weights", "WEIGHTS", SettingGroup.Network,
        "'balanced', or LABEL=WEIGHT separated by commas");

    public static readonly Setting<OptimizerKind?> Optimizer = Add(new ChoiceType<OptimizerKind>(Choices.Optimizers), "optimizer", "NAME", SettingGroup.Optimizer,
        "sgd, momentum, nesterov, adam or adamw (default: adam)");
    public static readonly Setting<double?> LearningRate = Add(Positive with { Most = 1000 }, "learning-rate", "RATE", SettingGroup.Optimizer,
        "(default: adam and adamw 0.003, others 0.05)");
    public static readonly Setting<double?> Momentum = Add(BelowOne, "momentum", "SHARE", SettingGroup.Optimizer,
        "of momentum and nesterov (default: 0.9)");
    public static readonly Setting<double?> Beta1 = Add(BelowOne, "beta1", "SHARE", SettingGroup.Optimizer,
        "of adam and adamw (default: 0.9)");
    public static readonly Setting<double?> Beta2 = Add(BelowOne, "beta2", "SHARE", SettingGroup.Optimizer,
        "of adam and adamw (default: 0.999)");
    public static readonly Setting<double?> Epsilon = Add(Positive with { Most = 1 }, "epsilon", "SIZE", SettingGroup.Optimizer,
        "of adam and adamw (default: 1e-8)");
    public static readonly Setting<double?> WeightDecay = Add(new RealType { Least = 0, Most = 1000 }, "weight-decay", "RATE", SettingGroup.Optimizer,
        "(default: 0.001 for a table and adam)");
    public static readonly Setting<double?> Clip = Add(Positive, "clip", "SIZE", SettingGroup.Optimizer,
        "clips every gradient element to ±SIZE (default: off)");
    public static readonly Setting<ScheduleKind?> Schedule = Add(new ChoiceType<ScheduleKind>(Choices.Schedules), "schedule", "NAME", SettingGroup.Optimizer,
        "constant, step or cosine (default: constant, cosine from 10,000 samples)");
    public static readonly Setting<int?> Warmup = Add(new IntegerType(0), "warmup", "STEPS", SettingGroup.Optimizer,
        "steps over which the learning rate rises to its value (default: 0)");
    public static readonly Setting<int?> StepEpochs = Add(new IntegerType(1), "step-epochs", "N", SettingGroup.Optimizer,
        "schedule step: epochs between two reductions (default: 10)");
    public static readonly Setting<double?> StepFactor = Add(Positive with { Most = 1 }, "step-factor", "FACTOR", SettingGroup.Optimizer,
        "schedule step: the factor of each (default: 0.1)");
    public static readonly Setting<double?> MinimumLearningRate = Add(new RealType { Least = 0 }, "minimum-learning-rate", "RATE", SettingGroup.Optimizer,
        "schedule cosine: where it ends (default: 0)");

    public static readonly Setting<int?> Epochs = Add(new IntegerType(1, 1_000_000), "epochs", "N", SettingGroup.Training,
        "the most passes over the data (default: up to 200 by the samples; images 100, 50 from 1,000)");
    public static readonly Setting<int?> Batch = Add(new IntegerType(1, 1 << 20), "batch", "N", SettingGroup.Training,
        "samples of one update (default: 32, 64 from 20,500 samples, 128 from 41,000)");
    public static readonly Setting<int?> Shard = Add(new IntegerType(1, 1 << 20), "shard", "N", SettingGroup.Training,
        "samples of one shard, the unit of work (default: by batch and network)");
    public static readonly Setting<GradientFormat?> GradientFormat = Add(new ChoiceType<GradientFormat>(Choices.GradientFormats), "gradient-format", "NAME", SettingGroup.Training,
        "float32, or bfloat16: half the bytes between nodes (default: float32)");
    public static readonly Setting<ulong?> Seed = Add(new SeedType(), "seed", "N", SettingGroup.Training,
        "of split, initialisation, order and dropout (default: 1)");
    public static readonly Setting<double?> TargetAccuracy = Add(Positive with { Most = 1, Example = "0.96 is 96 %" }, "target-accuracy", "SHARE", SettingGroup.Training,
        "ends once the validation accuracy is at least this");
    public static readonly Setting<double?> TargetLoss = Add(new RealType(), "target-loss", "LOSS", SettingGroup.Training,
        "ends once the validation loss is at most this");
    public static readonly Setting<int?> Patience = Add(new IntegerType(1), "patience", "EPOCHS", SettingGroup.Training,
        "ends after so many epochs without a lower loss (default: 40 for a table, unless epochs are given)");
    public static readonly Setting<JobId?> From = Add(new JobNameType(), "from", "JOB", SettingGroup.Training,
        "begins with the weights of another job's last checkpoint");
    public static readonly Setting<string?> InitialWeights = Add(new TextType(), "initial-weights", "FILE", SettingGroup.Training,
        "begins with the weights of a safetensors file, layers.0.weight and so on");
    public static readonly Setting<JobId?> Name = Add(new JobNameType(), "name", "NAME", SettingGroup.Training,
        "the new job's name: a-z, 0-9 and '-' (default: the data's name and a number)");

    public static readonly Setting<int?> Workers = Add(new IntegerType(1, 256), "workers", "N", SettingGroup.Run,
        "worker actors in this process");
    public static readonly Setting<int?> MinWorkers = Add(new IntegerType(1, 10_000), "min-workers", "N", SettingGroup.Run,
        "waits until so many workers are ready (default: 1)");
    public static readonly Setting<int?> Blocks = Add(new IntegerType(1, BlockLayout.MaximumBlocks), "blocks", "N", SettingGroup.Run,
        "parameter blocks, each held by one parameter server");
    public static readonly Setting<int?> Threads = Add(new IntegerType(1, 1024), "threads", "N", SettingGroup.Run,
        "compute threads of the whole process (default: the processor's)");
    public static readonly Setting<string?> Store = Add(new TextType(), "store", "FILE", SettingGroup.Run,
        "the SQLite file of journal and snapshots (default: a per-user path)");
    public static readonly Setting<SnapshotRule?> SnapshotEvery = Add(new SnapshotsType(), "snapshot-every", "N|TIME|epoch", SettingGroup.Run,
        "a checkpoint every N steps, every so long (30s, 2m), or at each epoch's end (default: 10s)");
    public static readonly Setting<double?> AuditShare = Add(new RealType { Least = 0, Most = 1, Example = "0.01 is 1 %" }, "audit-share", "SHARE", SettingGroup.Run,
        "share of shards that a second worker computes too; one that errs is excluded (default: 0)");
    public static readonly Setting<bool?> Calibrate = Add(new FlagType(), "calibrate", "", SettingGroup.Run,
        "calibrates a classifier's probabilities on the validation samples; no weight changes");
    public static readonly Setting<string?> Out = Add(new TextType(), "out", "DIR", SettingGroup.Run,
        "where models and pictures go (default: runs/JOB)");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Setting> All => Table;

    /// <summary>Those that may change from run to run.</summary>
    public static IEnumerable<Setting> OfRun => Table.Where(s => s.Group == SettingGroup.Run);

    /// <summary>Those that set up the one process of <c>dtrain train</c>, or name a file there that a cluster cannot read: a job that is submitted to one has none of them.</summary>
    public static IReadOnlyList<Setting> OfOneProcess { get; } = [Workers, Threads, Store, Out, InitialWeights];

    /// <summary>Those that belong to the immutable specification.</summary>
    public static IEnumerable<Setting> OfSpecification => Table.Where(s => s.Group != SettingGroup.Run);

    private static Setting<T> Add<T>(SettingType<T> type, string name, string placeholder, SettingGroup group, string help)
    {
        var setting = new Setting<T>(name, placeholder, help, group, type);
        Table.Add(setting);
        return setting;
    }
}
