using Akka.Actor;
using Akka.Persistence;
using Distributed.Cluster.Messages;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Search;

namespace Distributed.Cluster.Stores;

/// <summary>
/// Reads the store of a running cluster through Akka.Persistence, so that a reading comes after the writes that were sent before it. Runs on the
/// requesting node against the shared database: results may exceed the size of a message between nodes.
/// </summary>
internal sealed class ClusterStoreReader(ActorSystem system) : IStoreReader
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    public Task<IReadOnlyList<JobRegistered>> JobsAsync(CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<JobRegistered>>(JobListReader.Props, cancellation);

    public Task<JobHistory> HistoryAsync(JobId job, CancellationToken cancellation) =>
        ReadAsync<JobHistory>(read => JobHistoryReader.Props(job, read), cancellation);

    public Task<SearchHistory> SearchAsync(JobId search, CancellationToken cancellation) =>
        ReadAsync<SearchHistory>(read => SearchHistoryReader.Props(search, read), cancellation);

    /// <summary>The events of a job's journal after a sequence number, with their times.</summary>
    public Task<IReadOnlyList<JournalRow>> JournalAsync(JobId job, long after, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<JournalRow>>(read => JournalReplay.Props(job, after, read), cancellation);

    public async Task<byte[]?> SnapshotAsync(string persistenceId, long? sequenceNumber, CancellationToken cancellation)
    {
        var store = Akka.Persistence.Persistence.Instance.Apply(system).SnapshotStoreFor(SnapshotStore.PluginId);
        var criteria = sequenceNumber is { } exact
            ? new SnapshotSelectionCriteria(exact, DateTime.MaxValue, exact)
            : SnapshotSelectionCriteria.Latest;
        return await AskAsync(store, new LoadSnapshot(persistenceId, criteria, sequenceNumber ?? long.MaxValue), cancellation).ConfigureAwait(false) switch
        {
            LoadSnapshotResult { Snapshot.Snapshot: byte[] found } => found,
            LoadSnapshotResult => null,
            LoadSnapshotFailed failed => throw new SnapshotStoreUnavailableException($"the store does not answer: {failed.Cause.Message}", failed.Cause),
            var answer => throw new SnapshotStoreUnavailableException($"the store answers with {answer.GetType().Name}"),
        };
    }

    private static async Task<object> AskAsync(IActorRef store, LoadSnapshot message, CancellationToken cancellation)
    {
        try
        {
            return await store.Ask<object>(message, Bound, cancellation).ConfigureAwait(false);
        }
        catch (AskTimeoutException e)
        {
            throw new SnapshotStoreUnavailableException($"the store did not answer within {Bound.TotalSeconds:0} s", e);
        }
    }

    private async Task<T> ReadAsync<T>(Func<TaskCompletionSource<T>, Props> reader, CancellationToken cancellation)
    {
        var read = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorOf(reader(read));
        try
        {
            return await read.Task.WaitAsync(Bound, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new TrainingException($"the store did not answer within {Bound.TotalSeconds:0} s", e);
        }
    }
}
