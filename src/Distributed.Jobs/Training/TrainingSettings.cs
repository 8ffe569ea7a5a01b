using System.Globalization;
using Distributed.Data;
using Distributed.Data.Tables;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Elements;

namespace Distributed.Jobs.Training;

/// <summary>
/// The settings of a training: those of <c>dtrain train</c>, with the same defaults and bounds. A property that is null has its default; those that
/// reach a weight depend on the data alone, so that equal settings on equal data end with equal weights on every machine.
/// </summary>
public sealed record TrainingSettings : TrainingRunSettings
{
    /// <summary>The rows to learn from. Default: the built-in handwritten digits.</summary>
    public TrainingData? Data { get; init; }

    /// <summary>The column to predict. Default: as the rows say (<see cref="Data.Rows.TargetAttribute"/>), or the last.</summary>
    public string? Target { get; init; }

    /// <summary>Classes or values. Default: by the target's values; for arrays, labels are classes.</summary>
    public TaskKind? Task { get; init; }

    /// <summary>Columns to leave out.</summary>
    public IReadOnlyList<string>? Ignore { get; init; }

    /// <summary>Columns of numbers to take as text, such as codes.</summary>
    public IReadOnlyList<string>? Text { get; init; }

    /// <summary>What columns are taken for, by name. Default: by their cells.</summary>
    public IReadOnlyDictionary<string, ColumnUse>? Column { get; init; }

    /// <summary>Cells that mean a missing value, besides the usual ones such as NA and ?.</summary>
    public IReadOnlyList<string>? Missing { get; init; }

    /// <summary>The character between the cells of a file. Default: found.</summary>
    public string? Delimiter { get; init; }

    /// <summary>The mark before the decimals of numbers. Default: found.</summary>
    public NumberNotation? Decimal { get; init; }

    /// <summary>The encoding of a file's characters, such as windows-1252. Default: found.</summary>
    public string? Encoding { get; init; }

    /// <summary>True: the first line of a file is data, and the columns are c1, c2 and so on.</summary>
    public bool? NoHeader { get; init; }

    /// <summary>The sheet of an Excel workbook, by its name or its number from 1. Default: the first.</summary>
    public string? Sheet { get; init; }

    /// <summary>The share of rows kept for validation, 0 to 0.9; not beside <see cref="TrainingData.WithValidation"/>. Default: 0.2.</summary>
    public double? Validation { get; init; }

    /// <summary>The column whose equal cells keep rows together, in training or in validation, such as a patient; it is no input. Default: none.</summary>
    public string? Group { get; init; }

    /// <summary>The column of numbers or dates whose latest rows are those for validation. Default: none; rows are drawn.</summary>
    public string? Order { get; init; }

    /// <summary>The column that says how much each row counts, 0 (left out) or above; it is no input. Default: each counts 1.</summary>
    public string? Weight { get; init; }

    /// <summary>Outputs of each hidden layer; empty for none. Default: 128; 64 for images below 10,000 samples.</summary>
    public IReadOnlyList<int>? Hidden { get; init; }

    /// <summary>The hidden layers' activation. Default: <see cref="Tensors.Elements.Activation.Relu"/>.</summary>
    public Activation? Activation { get; init; }

    /// <summary>The share of hidden outputs dropped in training, 0 to below 1. Default: 0.1 for a table's default layer, otherwise 0.</summary>
    public double? Dropout { get; init; }

    /// <summary>How weights begin. Default: by the activation.</summary>
    public Initialization? Initialization { get; init; }

    /// <summary>The loss. Default: cross-entropy for classes, squared error for values.</summary>
    public LossKind? Loss { get; init; }

    /// <summary>Where Huber's loss turns linear, in standard deviations of the target. Default: 1.</summary>
    public double? HuberDelta { get; init; }

    /// <summary>Cross-entropy's label smoothing, 0 to below 1. Default: 0.</summary>
    public double? LabelSmoothing { get; init; }

    /// <summary>How much each class counts in the loss. Default: each the same.</summary>
    public ClassWeighting? ClassWeights { get; init; }

    /// <summary>The update rule. Default: Adam.</summary>
    public OptimizerKind? Optimizer { get; init; }

    /// <summary>The learning rate, above 0. Default: 0.003 for Adam and AdamW, 0.05 for others.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Of momentum and Nesterov, 0 to below 1. Default: 0.9.</summary>
    public double? Momentum { get; init; }

    /// <summary>Of Adam and AdamW, 0 to below 1. Default: 0.9.</summary>
    public double? Beta1 { get; init; }

    /// <summary>Of Adam and AdamW, 0 to below 1. Default: 0.999.</summary>
    public double? Beta2 { get; init; }

    /// <summary>Of Adam and AdamW, above 0. Default: 1e-8.</summary>
    public double? Epsilon { get; init; }

    /// <summary>Weight decay a step, 0 to 1000. Default: 0.001 for a table and Adam, otherwise 0.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>Clips every gradient element to ± this. Default: off.</summary>
    public double? Clip { get; init; }

    /// <summary>How the learning rate changes. Default: constant; cosine from 10,000 samples.</summary>
    public ScheduleKind? Schedule { get; init; }

    /// <summary>Steps over which the learning rate rises to its value. Default: 0.</summary>
    public int? Warmup { get; init; }

    /// <summary>Of the schedule step: epochs between two reductions. Default: 10.</summary>
    public int? StepEpochs { get; init; }

    /// <summary>Of the schedule step: the factor of each, above 0 and at most 1. Default: 0.1.</summary>
    public double? StepFactor { get; init; }

    /// <summary>Of the schedules step and cosine: where they end. Default: 0.</summary>
    public double? MinimumLearningRate { get; init; }

    /// <summary>The most passes over the samples. Default: as many as make 32,000 updates, 10 to 200; images: at most 50, and 100 below 1,000 samples.</summary>
    public int? Epochs { get; init; }

    /// <summary>Samples of one update. Default: 32; 64 from 20,500 samples; 128 from 41,000.</summary>
    public int? Batch { get; init; }

    /// <summary>Samples of one shard, the unit of work. Default: by batch and network.</summary>
    public int? Shard { get; init; }

    /// <summary>How gradients travel between nodes; rounds them everywhere. Default: float32.</summary>
    public GradientFormat? GradientFormat { get; init; }

    /// <summary>Of split, initialisation, order and dropout. Default: 1.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Ends once the validation accuracy is at least this, above 0 and at most 1.</summary>
    public double? TargetAccuracy { get; init; }

    /// <summary>Ends once the validation loss is at most this.</summary>
    public double? TargetLoss { get; init; }

    /// <summary>Ends after so many epochs without a lower loss. Default: 40 for a table with validation rows, where <see cref="Epochs"/> is not set.</summary>
    public int? Patience { get; init; }

    /// <summary>Begins with the weights of this job of the store, and with its data where none is given.</summary>
    public string? From { get; init; }

    /// <summary>Begins with the weights of this safetensors file.</summary>
    public string? InitialWeights { get; init; }

    /// <summary>The job's name: a-z, 0-9 and '-'. Default: the data's name and a number.</summary>
    public string? Name { get; init; }

    /// <inheritdoc/>
    internal override GivenSettings Give()
    {
        var given = base.Give();
        GiveData(given);
        GiveNetwork(given);
        GiveOptimizer(given);
        given.Give(Settings.Epochs, Epochs);
        given.Give(Settings.Batch, Batch);
        given.Give(Settings.Shard, Shard);
        given.Give(Settings.GradientFormat, GradientFormat);
        given.Give(Settings.Seed, Seed);
        given.Give(Settings.TargetAccuracy, TargetAccuracy);
        given.Give(Settings.TargetLoss, TargetLoss);
        given.Give(Settings.Patience, Patience);
        if (From is not null) given.Give((Setting)Settings.From, From);
        given.Give(Settings.InitialWeights, InitialWeights);
        if (Name is not null) given.Give((Setting)Settings.Name, Name);
        return given;
    }

    private void GiveData(GivenSettings given)
    {
        given.Give(Settings.Data, Data?.Source);
        given.Give(Settings.Target, Target ?? Data?.Table?.Target);
        given.Give(Settings.Task, Task ?? Data?.Table?.Task);
        given.Give(Settings.Ignore, Ignore);
        given.Give(Settings.Group, Group);
        given.Give(Settings.Order, Order);
        given.Give(Settings.Weight, Weight);
        given.Give(Settings.Text, Text ?? (Data?.Table is { Text.Count: > 0 } table ? table.Text : null));
        GiveFormat(given);
        given.Give(Settings.Validation, Validation?.ToString(CultureInfo.InvariantCulture));
        if (Data?.Validation is not { } rows) return;
        if (Validation is not null)
            throw new SettingException(Settings.Validation, $"{Settings.Validation}: the data has validation rows already; give one of the two");
        given.Give(Settings.Validation, rows.Source);
    }

    private void GiveFormat(GivenSettings given)
    {
        given.Give(Settings.Column, Column);
        given.Give(Settings.Missing, Missing);
        given.Give(Settings.Delimiter, Delimiter);
        given.Give(Settings.Decimal, Decimal);
        given.Give(Settings.Encoding, Encoding);
        given.Give(Settings.NoHeader, NoHeader);
        given.Give(Settings.Sheet, Sheet);
        if (Data?.Table is not null && TableWriting.OfText.FirstOrDefault(given.Has) is { } setting)
            throw new SettingException(setting, $"{setting} belongs to a file: rows in memory have their columns and texts already");
    }

    private void GiveNetwork(GivenSettings given)
    {
        given.Give(Settings.Hidden, Hidden);
        given.Give(Settings.Activation, Activation);
        given.Give(Settings.Dropout, Dropout);
        given.Give(Settings.Initialization, Initialization);
        given.Give(Settings.Loss, Loss);
        given.Give(Settings.HuberDelta, HuberDelta);
        given.Give(Settings.LabelSmoothing, LabelSmoothing);
        given.Give(Settings.ClassWeights, ClassWeights);
    }

    private void GiveOptimizer(GivenSettings given)
    {
        given.Give(Settings.Optimizer, Optimizer);
        given.Give(Settings.LearningRate, LearningRate);
        given.Give(Settings.Momentum, Momentum);
        given.Give(Settings.Beta1, Beta1);
        given.Give(Settings.Beta2, Beta2);
        given.Give(Settings.Epsilon, Epsilon);
        given.Give(Settings.WeightDecay, WeightDecay);
        given.Give(Settings.Clip, Clip);
        given.Give(Settings.Schedule, Schedule);
        given.Give(Settings.Warmup, Warmup);
        given.Give(Settings.StepEpochs, StepEpochs);
        given.Give(Settings.StepFactor, StepFactor);
        given.Give(Settings.MinimumLearningRate, MinimumLearningRate);
    }
}
