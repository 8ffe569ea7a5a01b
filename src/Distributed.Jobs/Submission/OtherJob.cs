using Distributed.Jobs.Results;
using Distributed.Learning.Networks;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Submission;

/// <summary>What a new job takes over from another one (the setting "from").</summary>
internal static class OtherJob
{
    /// <summary>Checks that another job has weights that mean something in a network.</summary>
    /// <exception cref="UsageException">It has no checkpoint, or its network has another layout.</exception>
    public static void CheckNetwork(JobRecord from, NetworkSpecification network)
    {
        var (theirs, ours) = (Widths(from.Specification.Network), Widths(network));
        if (theirs != ours) throw new SettingException(Settings.From, $"{Settings.From}: {from.Id} has layers of {theirs}, this job {ours}; the layers must be equal");
        if (from.LastCheckpoint is null) throw new SettingException(Settings.From, $"{Settings.From}: {from.NoCheckpoint("")}");
    }

    /// <summary>The specification's record of the job's initial weights.</summary>
    public static InitialWeights Describe(JobRecord from, float[] weights) =>
        new(ParameterHash.Compute(weights), $"job {from.Id}, step {from.LastCheckpoint}");

    /// <summary>A network's layers for a message.</summary>
    public static string Widths(NetworkSpecification network) => string.Join(" → ", [network.Inputs, .. network.Hidden, network.Outputs]);
}
