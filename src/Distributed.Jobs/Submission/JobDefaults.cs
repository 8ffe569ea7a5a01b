using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Elements;

namespace Distributed.Jobs.Submission;

/// <summary>
/// Default values of settings. Those that reach a weight are functions of the data alone, so that the same command gives the
/// same specification on every machine.
/// </summary>
internal static class JobDefaults
{
    /// <summary>Data trained on by a bare <c>dtrain train</c>.</summary>
    public const string Data = "digits";

    /// <summary>Seed of everything random.</summary>
    public const ulong Seed = 1;

    /// <summary>From here on a data set counts as large: it can teach a wider layer of images, and has the steps for a rate that falls.</summary>
    private const int LargeDataSet = 10_000;

    /// <summary>Below this a set of images counts as small: its epochs have few steps, so there are more of them.</summary>
    private const int SmallDataSet = 1_000;

    private const int SmallestBatch = 32, LargestBatch = 128;

    /// <summary>Epochs of a small set of images, of any other, and of one so large that the steps run out.</summary>
    private const int EpochsOfSmall = 100, UsualEpochs = 50, FewestEpochs = 10;

    /// <summary>The most epochs of a table, which end early as <see cref="Patience"/> says.</summary>
    private const int EpochsOfTable = 200;

    /// <summary>
    /// Steps that a job takes at most, unless <see cref="FewestEpochs"/> are more. Measured: tables of 15,000 to 100,000 rows learn little more
    /// after that many, and two cores make them in about half a minute.
    /// </summary>
    private const int Steps = 32_000;

    /// <summary>One hidden layer.</summary>
    public static IReadOnlyList<int> Hidden(DataShape data) => data.IsTable || data.Training >= LargeDataSet ? [128] : [64];

    /// <summary>The share that is dropped of a default layer's outputs. Measured on tables (the benchmark <c>ranks</c>).</summary>
    public static double Dropout(DataShape data) => data.IsTable ? 0.1 : 0;

    /// <summary>The weight decay. Measured on tables with Adam (the benchmark <c>ranks</c>).</summary>
    public static double WeightDecay(DataShape data, OptimizerKind optimizer) => data.IsTable && optimizer == OptimizerKind.Adam ? 0.001 : 0;

    /// <summary>Epochs without a lower validation loss that end a job on a table; null for none. Not where epochs are given: those are made.</summary>
    public static int? Patience(DataShape data, bool epochsAreGiven) => data is { IsTable: true, Validation: > 0 } && !epochsAreGiven ? 40 : null;

    /// <summary>Samples of one mini-batch: as few as let the usual epochs take no more than <see cref="Steps"/>.</summary>
    public static int Batch(int trainingSamples)
    {
        var batch = SmallestBatch;
        while (batch < LargestBatch && StepsPerEpoch(trainingSamples, batch) * UsualEpochs > Steps) batch *= 2;
        return batch;
    }

    /// <summary>The most epochs.</summary>
    public static int Epochs(DataShape data) => data is { IsTable: false, Training: < SmallDataSet }
        ? EpochsOfSmall
        : (int)Math.Clamp(Steps / StepsPerEpoch(data.Training, Batch(data.Training)), FewestEpochs, data.IsTable ? EpochsOfTable : UsualEpochs);

    /// <summary>The usual learning rate of an update rule.</summary>
    public static double LearningRate(OptimizerKind optimizer) => optimizer is OptimizerKind.Adam or OptimizerKind.AdamW ? 0.003 : 0.05;

    /// <summary>He for activations that are linear on one side (K. He et al., 2015), Xavier for the others (X. Glorot, Y. Bengio, 2010).</summary>
    public static Initialization InitializationFor(Activation activation) =>
        activation is Activation.Relu or Activation.LeakyRelu or Activation.Gelu ? Initialization.He : Initialization.Xavier;

    /// <summary>The schedule. Measured: many steps at a constant one spoil the last epochs of a large set, MNIST's most.</summary>
    public static ScheduleKind Schedule(int trainingSamples) => trainingSamples >= LargeDataSet ? ScheduleKind.Cosine : ScheduleKind.Constant;

    /// <summary>
    /// Workers of a run; reaches no weight. One has all threads and makes its steps in the blocks' memory, which two cannot; two where a job waits for
    /// them, or audits.
    /// </summary>
    public static int Workers(int threads, RunOptions options) => options.MinimumWorkers > 1 || options.AuditShare > 0 ? Math.Min(threads, 2) : 1;

    private static long StepsPerEpoch(int trainingSamples, int batch) => ((long)trainingSamples + batch - 1) / batch;
}
