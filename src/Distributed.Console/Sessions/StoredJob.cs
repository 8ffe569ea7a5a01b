using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Models;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Sessions;

/// <summary>A job of a store together with its samples, read again from where they were.</summary>
internal static class StoredJob
{
    /// <summary>The samples that a job began with.</summary>
    /// <param name="record">The job.</param>
    /// <exception cref="UsageException">They cannot be read, or are others now.</exception>
    public static EncodedDataSet LoadData(JobRecord record) => LoadData(record.Id, record.Specification, record.Source);

    /// <summary>The samples of a specification.</summary>
    /// <param name="job">The job's name, for messages.</param>
    /// <param name="specification">Says which samples are the right ones.</param>
    /// <param name="source">Where they are.</param>
    /// <exception cref="UsageException">They cannot be read, or are others now.</exception>
    public static EncodedDataSet LoadData(JobId job, JobSpecification specification, DataSettings source)
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
        var expected = specification.Data.Sha256;
        if (data.Sha256 == expected) return data;
        throw new UsageException(
            $"the samples of {job} in {source.Source} are others than when it began (SHA-256 {data.Sha256[..12]}…, then {expected[..12]}…): "
            + $"put the old ones back, or begin a new job: dtrain train --from {job}");
    }

    /// <summary>The model of a job's checkpoint.</summary>
    /// <param name="client">The store.</param>
    /// <param name="record">The job.</param>
    /// <param name="choice">Which checkpoint.</param>
    /// <exception cref="UsageException">There is no checkpoint yet, or the samples that the encoding is fitted on cannot be read.</exception>
    public static async Task<TrainedModel> LoadModelAsync(ITrainingClient client, JobRecord record, CheckpointChoice choice)
    {
        if ((choice == CheckpointChoice.Best ? record.BestCheckpoint : record.LastCheckpoint) is not { } step)
            throw new UsageException(record.NoCheckpoint(choice.ToString().ToLowerInvariant()));
        var data = LoadData(record);
        var weights = await client.ReadWeightsAsync(record.Id, choice, CancellationToken.None).ConfigureAwait(false);
        var origin = new ModelOrigin
        {
            Job = record.Id.Value,
            Step = step,
            Data = LoadedData.DisplayName(record.Source.Source),
            DataSha256 = record.Specification.Data.Sha256,
        };
        return new TrainedModel(record.Specification.Network, data.Encoding, weights, origin);
    }
}
