using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Jobs.Results;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Submission;

/// <summary>A job's settings, resolved on its data.</summary>
/// <param name="Specification">Everything that can reach a weight, but the weights of another job.</param>
/// <param name="Source">Where the samples come from.</param>
/// <param name="Data">The samples.</param>
/// <param name="Name">As given; null for the next free one.</param>
/// <param name="From">The job whose last weights it begins with; null for none.</param>
internal sealed record ResolvedJob(JobSpecification Specification, DataSettings Source, EncodedDataSet Data, JobId? Name, JobRecord? From)
{
    /// <summary>The weights of a file to begin with; null for none.</summary>
    public float[]? InitialParameters { get; init; }

    /// <summary>A remark about that file; null for none.</summary>
    public string? WeightsNote { get; init; }
}
