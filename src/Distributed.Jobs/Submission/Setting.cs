using System.Globalization;

namespace Distributed.Jobs.Submission;

/// <summary>A setting's group in the help, and whether it belongs to the job's immutable specification.</summary>
internal enum SettingGroup
{
    /// <summary>Which samples.</summary>
    Data,

    /// <summary>Which network.</summary>
    Network,

    /// <summary>How its weights are updated.</summary>
    Optimizer,

    /// <summary>How long, and from what.</summary>
    Training,

    /// <summary>What may change from run to run: it reaches no weight.</summary>
    Run,
}

/// <summary>
/// One setting of a training job: a flag <c>--kebab-case</c> on the command line and a member <c>camelCase</c> of a job file.
/// </summary>
/// <param name="Name">In kebab-case, without dashes before it.</param>
/// <param name="Placeholder">The placeholder of its value in the help.</param>
/// <param name="Help">One line for the help.</param>
/// <param name="Group">Where it belongs.</param>
internal sealed record Setting(string Name, string Placeholder, string Help, SettingGroup Group)
{
    /// <summary>As a flag.</summary>
    public string Flag => "--" + Name;

    /// <summary>As a member of a job file.</summary>
    public string Member { get; } = ToCamelCase(Name);

    private static string ToCamelCase(string name)
    {
        var words = name.Split('-');
        return words[0] + string.Concat(words.Skip(1).Select(w => char.ToUpper(w[0], CultureInfo.InvariantCulture) + w[1..]));
    }
}

/// <summary>Every setting of a training job, in the order of the help.</summary>
internal static class Settings
{
    private static readonly Setting[] Table =
    [
        new("data", "FILE|NAME", "digits, buyers or diabetes; a CSV file; a folder of IDX files (default: digits)", SettingGroup.Data),
        new("target", "COLUMN", "the CSV column to predict (default: the last)", SettingGroup.Data),
        new("task", "KIND", "classify or regress (default: by the target's values)", SettingGroup.Data),
        new("ignore", "COLUMNS", "CSV columns to leave out, separated by commas", SettingGroup.Data),
        new("text", "COLUMNS", "CSV columns of numbers to take as text, such as codes", SettingGroup.Data),
        new("validation", "FRACTION|FILE", "share or file of samples kept for validation (default: 0.2; 0 for none)", SettingGroup.Data),

        new("hidden", "SIZES", "hidden layers, separated by commas; 'none' for none (default: 64, or 128 from 10,000 samples)", SettingGroup.Network),
        new("activation", "NAME", "relu, leaky-relu, gelu, tanh, sigmoid or identity (default: relu)", SettingGroup.Network),
        new("dropout", "RATE", "share of hidden outputs dropped in training (default: 0)", SettingGroup.Network),
        new("initialization", "NAME", "he or xavier (default: by the activation)", SettingGroup.Network),
        new("loss", "NAME", "cross-entropy; squared-error or huber (default: by the task)", SettingGroup.Network),
        new("huber-delta", "SIZE", "where Huber's loss turns linear (default: 1)", SettingGroup.Network),
        new("label-smoothing", "SHARE", "cross-entropy's label smoothing (default: 0)", SettingGroup.Network),
        new("class-weights", "WEIGHTS", "'balanced', or LABEL=WEIGHT separated by commas", SettingGroup.Network),

        new("optimizer", "NAME", "sgd, momentum, nesterov, adam or adamw (default: adam)", SettingGroup.Optimizer),
        new("learning-rate", "RATE", "(default: adam and adamw 0.003, others 0.05)", SettingGroup.Optimizer),
        new("momentum", "SHARE", "of momentum and nesterov (default: 0.9)", SettingGroup.Optimizer),
        new("beta1", "SHARE", "of adam and adamw (default: 0.9)", SettingGroup.Optimizer),
        new("beta2", "SHARE", "of adam and adamw (default: 0.999)", SettingGroup.Optimizer),
        new("epsilon", "SIZE", "of adam and adamw (default: 1e-8)", SettingGroup.Optimizer),
        new("weight-decay", "RATE", "(default: 0)", SettingGroup.Optimizer),
        new("clip", "SIZE", "clips every gradient element to ±SIZE (default: off)", SettingGroup.Optimizer),
        new("schedule", "NAME", "constant, step or cosine (default: constant, cosine from 10,000 samples)", SettingGroup.Optimizer),
        new("warmup", "STEPS", "steps over which the learning rate rises to its value (default: 0)", SettingGroup.Optimizer),
        new("step-epochs", "N", "schedule step: epochs between two reductions (default: 10)", SettingGroup.Optimizer),
        new("step-factor", "FACTOR", "schedule step: the factor of each (default: 0.1)", SettingGroup.Optimizer),
        new("minimum-learning-rate", "RATE", "schedule cosine: where it ends (default: 0)", SettingGroup.Optimizer),

        new("epochs", "N", "the most passes over the data (default: 100, 50 from 1,000 samples, fewer from 82,000)", SettingGroup.Training),
        new("batch", "N", "samples of one update (default: 32, 64 from 20,500 samples, 128 from 41,000)", SettingGroup.Training),
        new("shard", "N", "samples of one shard, the unit of work (default: by batch and network)", SettingGroup.Training),
        new("gradient-format", "NAME", "float32, or bfloat16: half the bytes between nodes (default: float32)", SettingGroup.Training),
        new("seed", "N", "of split, initialisation, order and dropout (default: 1)", SettingGroup.Training),
        new("target-accuracy", "SHARE", "ends once the validation accuracy is at least this", SettingGroup.Training),
        new("target-loss", "LOSS", "ends once the validation loss is at most this", SettingGroup.Training),
        new("patience", "EPOCHS", "ends after so many epochs without a lower loss", SettingGroup.Training),
        new("from", "JOB", "begins with the weights of another job's last checkpoint", SettingGroup.Training),
        new("initial-weights", "FILE", "begins with the weights of a safetensors file, layers.0.weight and so on", SettingGroup.Training),
        new("name", "NAME", "the new job's name: a-z, 0-9 and '-' (default: the data's name and a number)", SettingGroup.Training),

        new("workers", "N", "worker actors in this process", SettingGroup.Run),
        new("min-workers", "N", "waits until so many workers are ready (default: 1)", SettingGroup.Run),
        new("blocks", "N", "parameter blocks, each held by one parameter server", SettingGroup.Run),
        new("threads", "N", "compute threads of the whole process (default: the processor's)", SettingGroup.Run),
        new("store", "FILE", "the SQLite file of journal and snapshots (default: a per-user path)", SettingGroup.Run),
        new("snapshot-every", "N|TIME|epoch", "a checkpoint every N steps, every so long (30s, 2m), or at each epoch's end (default: 10s)", SettingGroup.Run),
        new("audit-share", "SHARE", "share of shards that a second worker computes too; one that errs is excluded (default: 0)", SettingGroup.Run),
        new("out", "DIR", "where models and pictures go (default: runs/JOB)", SettingGroup.Run),
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Setting> All => Table;

    /// <summary>Those that may change from run to run.</summary>
    public static IEnumerable<Setting> OfRun => Table.Where(s => s.Group == SettingGroup.Run);

    /// <summary>Those that set up the one process of <c>dtrain train</c>, or name a file there that a cluster cannot read: a job that is submitted to one has none of them.</summary>
    public static IReadOnlyList<string> OfOneProcess { get; } = ["workers", "threads", "store", "out", "initial-weights"];

    /// <summary>Those that belong to the immutable specification.</summary>
    public static IEnumerable<Setting> OfSpecification => Table.Where(s => s.Group != SettingGroup.Run);
}
