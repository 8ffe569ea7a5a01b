using Akka.Actor;
using Akka.Persistence;
using Distributed.Cluster;
using Distributed.Cluster.Stores;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Snapshots;

namespace Distributed.Jobs.Results;

/// <summary>The store of a running cluster, which also keeps what new jobs begin with. Read and written on the calling node.</summary>
internal sealed class ClusterJobs : StoredJobs, IJobStore
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    private readonly ActorSystem _system;

    /// <param name="system">The actor system, which writes.</param>
    /// <param name="reader">Reads the store; null to read it through the actor system.</param>
    public ClusterJobs(ActorSystem system, IStoreReader? reader = null) : base(reader ?? new ClusterStoreReader(system)) => _system = system;

    /// <summary>The events of a job's journal after a sequence number (0: all), with their times.</summary>
    public Task<IReadOnlyList<JournalRow>> JournalAsync(JobId job, long after, CancellationToken cancellation) =>
        new ClusterStoreReader(_system).JournalAsync(job, after, cancellation);

    public async Task<Checkpoint> StoreInitialAsync(JobId job, float[] parameters, CancellationToken cancellation)
    {
        var snapshot = new BlockSnapshot(job, 0, 0, 0, new IndexRange(0, parameters.Length), parameters, default, default);
        var attempt = Random.Shared.NextInt64(1, long.MaxValue); // two gateways may try the same name: neither overwrites the other's
        var parts = new List<SnapshotPart>();
        foreach (var range in BlockPartCodec.PartsOf(snapshot.Range))
        {
            var bytes = BlockPartCodec.Encode(snapshot, range);
            var part = new SnapshotPart(range.First, range.Count, PartsSweep.PersistenceIdOf(job, 0, range.First, attempt), 0, BlockPartCodec.ChecksumOf(bytes));
            await SaveAsync(part.PersistenceId, bytes, cancellation).ConfigureAwait(false);
            parts.Add(part);
        }
        return new Checkpoint(0, 0, parts, default, parameters.Length);
    }

    public async Task<string> StoreBytesAsync(string kind, byte[] bytes, CancellationToken cancellation)
    {
        var id = $"{kind}-{Guid.NewGuid():n}";
        await SaveAsync(id, bytes, cancellation).ConfigureAwait(false);
        return id;
    }

    /// <summary>Deletes the stored data of a job that the directory has forgotten; after a failure harmless orphans remain.</summary>
    public async Task DeleteAsync(JobId job, string? encodingId, CancellationToken cancellation)
    {
        var history = await HistoryAsync(job, cancellation).ConfigureAwait(false);
        var ids = history.Checkpoints.SelectMany(checkpoint => checkpoint.Parts).Select(part => part.PersistenceId).Distinct();
        foreach (var id in encodingId is null ? ids : ids.Append(encodingId))
            Store.Tell(new DeleteSnapshots(id, SnapshotSelectionCriteria.Latest), ActorRefs.NoSender);
        var journal = Akka.Persistence.Persistence.Instance.Apply(_system).JournalFor("akka.persistence.journal.sql");
        journal.Tell(new DeleteMessagesTo(JobJournal.IdOf(job), long.MaxValue, ActorRefs.NoSender));
    }

    private IActorRef Store => Akka.Persistence.Persistence.Instance.Apply(_system).SnapshotStoreFor(SnapshotStore.PluginId);

    private async Task SaveAsync(string id, byte[] bytes, CancellationToken cancellation)
    {
        var answer = await AskAsync(new SaveSnapshot(new SnapshotMetadata(id, 0, DateTime.UtcNow), bytes), cancellation).ConfigureAwait(false);
        if (answer is SaveSnapshotFailure failure) throw new TrainingException($"the store takes no writes: {failure.Cause.Message}", failure.Cause);
    }

    private async Task<object> AskAsync(object message, CancellationToken cancellation)
    {
        try
        {
            return await Store.Ask<object>(message, Bound, cancellation).ConfigureAwait(false);
        }
        catch (AskTimeoutException e)
        {
            throw new TrainingException($"the store did not answer within {Bound.TotalSeconds:0} s", e);
        }
    }
}
