using Distributed.Data;
using Distributed.Learning.Networks;
using Distributed.Models.Export;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Submission;

/// <summary>Weights of a file for a job to begin with (the setting "initial-weights").</summary>
internal static class GivenWeights
{
    /// <summary>The weights, checked against the job's network.</summary>
    /// <exception cref="SettingException">The file cannot be read, or its tensors are not the network's.</exception>
    public static (float[] Weights, string? Note) Read(string file, NetworkSpecification network) =>
        Named(network, () => (ModelExport.ReadWeights(file, network, out var note), note));

    /// <summary>The weights of a known hash; of another hash where the file holds others.</summary>
    /// <exception cref="SettingException">The file cannot be read, or its tensors are not the network's.</exception>
    public static float[] Read(string file, NetworkSpecification network, string weightsSha256) =>
        Named(network, () => ModelExport.ReadWeights(file, network, weightsSha256));

    /// <summary>The specification's record of them.</summary>
    public static InitialWeights Describe(string file, float[] weights) => new(ParameterHash.Compute(weights), $"file {Path.GetFileName(file)}");

    private static T Named<T>(NetworkSpecification network, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DataException e)
        {
            throw new SettingException(Settings.InitialWeights, $"{Settings.InitialWeights}: {e.Message} (layers of {OtherJob.Widths(network)})", e);
        }
    }
}
