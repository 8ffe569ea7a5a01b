using Distributed.Learning;
using Distributed.Tensors;

namespace Distributed.Cluster.Submission;

/// <summary>
/// What a setting is when nobody gives it. Those that reach a weight are functions of the data alone, so that the same command gives the
/// same specification on every machine.
/// </summary>
internal static class JobDefaults
{
    /// <summary>Data trained on by a bare <c>dtrain train</c>.</summary>
    public const string Data = "digits";

    /// <summary>Seed of everything random.</summary>
    public const ulong Seed = 1;

    /// <summary>From here on a data set counts as large: larger mini-batches, fewer epochs.</summary>
    private const int LargeDataSet = 10_000;

    /// <summary>Below this a data set counts as small: its epochs have few steps, so there are more of them.</summary>
    private const int SmallDataSet = 1_000;

    /// <summary>One hidden layer.</summary>
    public static readonly IReadOnlyList<int> Hidden = [64];

    /// <summary>Samples of one mini-batch.</summary>
    public static int Batch(int trainingSamples) => trainingSamples >= LargeDataSet ? 128 : 32;

    /// <summary>The most epochs.</summary>
    public static int Epochs(int trainingSamples) => trainingSamples switch
    {
        >= LargeDataSet => 10,
        >= SmallDataSet => 50,
        _ => 100,
    };

    /// <summary>The usual learning rate of an update rule; adaptive rules take larger steps where there are few of them.</summary>
    public static double LearningRate(OptimizerKind optimizer, int trainingSamples) => optimizer switch
    {
        OptimizerKind.Adam or OptimizerKind.AdamW => trainingSamples >= LargeDataSet ? 0.001 : 0.003,
        _ => 0.05,
    };

    /// <summary>He for activations that are linear on one side (K. He et al., 2015), Xavier for the others (X. Glorot, Y. Bengio, 2010).</summary>
    public static Initialization Initialization(Activation activation) =>
        activation is Activation.Relu or Activation.LeakyRelu or Activation.Gelu ? Learning.Initialization.He : Learning.Initialization.Xavier;

    /// <summary>Workers of a run; reaches no weight.</summary>
    public static int Workers(int threads) => Math.Min(threads, 2);
}
