using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;

namespace Distributed.Jobs.Results;

/// <summary>Stored jobs, their weights and encodings. Expected failures are <c>TrainingException</c>s.</summary>
internal interface IStoredResults
{
    /// <summary>Every job that the store holds, newest first, without the trials of searches.</summary>
    Task<IReadOnlyList<JobRecord>> ListAsync(CancellationToken cancellation);

    /// <summary>Every search that the store holds, newest first.</summary>
    Task<IReadOnlyList<SearchRecord>> ListSearchesAsync(CancellationToken cancellation);

    /// <summary>One search; null when the name is unknown, or that of a job.</summary>
    Task<SearchRecord?> FindSearchAsync(JobId search, CancellationToken cancellation);

    /// <summary>The flat parameter vector of a committed checkpoint, checksums verified.</summary>
    Task<float[]> ReadWeightsAsync(JobId job, CheckpointChoice choice, CancellationToken cancellation);

    /// <summary>Weights and optimizer state of a kept checkpoint, checksums verified.</summary>
    Task<StoredCheckpoint> ReadCheckpointAsync(JobId job, long step, CancellationToken cancellation);

    /// <summary>The bytes of a name; null when there are none.</summary>
    Task<byte[]?> FindBytesAsync(string id, CancellationToken cancellation);
}

/// <summary>The stored jobs of a running cluster, and what new ones begin with.</summary>
internal interface IJobStore : IStoredResults
{
    /// <summary>Stores weights to begin with as a checkpoint of step 0 that belongs to a job alone.</summary>
    Task<Checkpoint> StoreInitialAsync(JobId job, float[] parameters, CancellationToken cancellation);

    /// <summary>Stores bytes under a new name, and gives it.</summary>
    Task<string> StoreBytesAsync(string kind, byte[] bytes, CancellationToken cancellation);
}
