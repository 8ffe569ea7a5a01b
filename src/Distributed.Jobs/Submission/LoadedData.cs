using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Submission;

/// <summary>Encoded samples and the facts that a job needs about them.</summary>
internal static class LoadedData
{
    /// <summary>The shape that a specification is resolved against.</summary>
    public static DataShape ShapeOf(EncodedDataSet data) => new(
        data.Training.IsClassification, data.Training.Inputs, data.Training.Outputs, data.Training.Rows, data.Validation?.Rows ?? 0,
        data.Sha256, data.Encoding.Target.Classes, () => CountLabels(data.Training))
    {
        IsTable = data.Encoding.Image is null,
    };

    /// <summary>The samples of a stored job, read again.</summary>
    /// <param name="job">The job's name, for messages.</param>
    /// <param name="specification">Says which samples are the right ones.</param>
    /// <param name="source">Where they are.</param>
    /// <exception cref="UsageException">They cannot be read, or are others now.</exception>
    public static EncodedDataSet LoadAgain(JobId job, JobSpecification specification, DataSettings source) => LoadAgain(job, specification.Data, source);

    /// <summary>As <see cref="LoadAgain(JobId, JobSpecification, DataSettings)"/>.</summary>
    public static EncodedDataSet LoadAgain(JobId job, DataIdentity identity, DataSettings source)
    {
        EncodedDataSet data;
        try
        {
            data = DataSets.Load(source);
        }
        catch (DataException e)
        {
            throw new UsageException($"the samples of {job} cannot be read again: {e.Message}", e);
        }
        var expected = identity.Sha256;
        if (data.Sha256 == expected) return data;
        throw new UsageException(
            $"the samples of {job} in {source.Source} are others than when it began (SHA-256 {data.Sha256[..12]}…, then {expected[..12]}…): "
            + $"put the old ones back, or begin a new job from its weights");
    }

    /// <summary>The source with full paths, so that a resume finds the files again from any working directory.</summary>
    public static DataSettings WithFullPaths(DataSettings source) => source with
    {
        Source = IsBuiltIn(source.Source) || source.Source == DataSets.StandardInput ? source.Source : Path.GetFullPath(source.Source),
        Validation = source.Validation is { } validation && !RealType.TryRead(validation, out _) ? Path.GetFullPath(validation) : source.Validation,
    };

    /// <summary>Whether samples need no file.</summary>
    public static bool IsBuiltIn(string source) => DataSets.BuiltInNames.Contains(source);

    /// <summary>The display name of the data: the built-in name, or the path's last part.</summary>
    public static string DisplayName(string source) =>
        IsBuiltIn(source) ? source : Path.GetFileName(Path.TrimEndingDirectorySeparator(source)) is { Length: > 0 } name ? name : source;

    private static long[] CountLabels(ISampleSource samples)
    {
        const int AtOnce = 1024;
        var counts = new long[samples.Outputs];
        var rows = new int[AtOnce];
        var inputs = new float[AtOnce * samples.Inputs];
        var labels = new int[AtOnce];
        for (var first = 0; first < samples.Rows; first += AtOnce)
        {
            var count = Math.Min(AtOnce, samples.Rows - first);
            for (var i = 0; i < count; i++) rows[i] = first + i;
            samples.Gather(rows.AsSpan(0, count), inputs, labels, []);
            for (var i = 0; i < count; i++) counts[labels[i]]++;
        }
        return counts;
    }
}
