using Distributed.Data.Encodings;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Search;

namespace Distributed.Jobs.Results;

/// <summary>A search's record in a store.</summary>
/// <param name="Id">Its name.</param>
/// <param name="SubmittedAt">When it was submitted (UTC).</param>
/// <param name="Source">Where the samples come from.</param>
/// <param name="History">What it has decided.</param>
internal sealed record SearchRecord(JobId Id, DateTimeOffset SubmittedAt, DataSettings Source, SearchHistory History)
{
    /// <summary>The search as specified.</summary>
    public SearchSpecification Specification => History.Specification!;
}
