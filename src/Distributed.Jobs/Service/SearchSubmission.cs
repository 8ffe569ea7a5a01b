using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Jobs.Searches;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Search;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Service;

/// <summary>A search to run.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Specification">Everything that can reach a decision.</param>
/// <param name="Options">How its trials run.</param>
/// <param name="Source">Where the samples come from.</param>
/// <param name="Data">The encoded samples.</param>
/// <param name="AtOnce">Trials side by side.</param>
internal sealed record SearchSubmission(JobId Id, SearchSpecification Specification, RunOptions Options, DataSettings Source, EncodedDataSet Data, int AtOnce)
{
    /// <summary>The shape that trials are resolved against.</summary>
    public DataShape Shape { get; } = LoadedData.ShapeOf(Data);

    /// <summary>The job of a trial.</summary>
    /// <exception cref="UsageException">Its settings do not go together.</exception>
    public JobSpecification JobOf(IReadOnlyList<string> values) => SearchResolution.JobOf(Specification, values, Source.Seed, Shape);
}
