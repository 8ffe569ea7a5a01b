using Distributed.Tensors;
using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.Hosting;

/// <summary>Lets a node start only on a machine that computes the bits of every other one.</summary>
internal static class ArithmeticCheck
{
    /// <summary>Refuses a machine, or warns of one whose vector registers are not used.</summary>
    /// <exception cref="TrainingException">The machine must not compute; the message says why.</exception>
    public static void Require(ArithmeticVerdict verdict, ILogger log)
    {
        if (verdict.Refusal is { } refusal) throw new TrainingException(refusal);
        if (verdict.Remark is { } remark) log.LogWarning("{Remark}", remark);
    }
}
