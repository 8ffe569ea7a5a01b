using Distributed.Cluster.Messages;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Search;

namespace Distributed.Cluster.Stores;

/// <summary>Reads journals and snapshots: through the actors of a running cluster, or from the file of a store that none has open.</summary>
internal interface IStoreReader
{
    /// <summary>The jobs that the store names, in order of submission.</summary>
    /// <exception cref="TrainingException">The store cannot be read.</exception>
    Task<IReadOnlyList<JobRegistered>> JobsAsync(CancellationToken cancellation);

    /// <summary>A job's history from its journal; without a specification when there is none.</summary>
    /// <exception cref="TrainingException">The store cannot be read.</exception>
    Task<JobHistory> HistoryAsync(JobId job, CancellationToken cancellation);

    /// <summary>A search's history from its journal; without a specification when there is none.</summary>
    /// <exception cref="TrainingException">The store cannot be read.</exception>
    Task<SearchHistory> SearchAsync(JobId search, CancellationToken cancellation);

    /// <summary>The bytes of a snapshot; null when there is none.</summary>
    /// <param name="persistenceId">Its persistence id.</param>
    /// <param name="sequenceNumber">Its sequence number; null for the latest.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="SnapshotStoreUnavailableException">The store does not answer.</exception>
    Task<byte[]?> SnapshotAsync(string persistenceId, long? sequenceNumber, CancellationToken cancellation);
}
