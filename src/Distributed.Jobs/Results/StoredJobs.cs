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

/// <summary>Stored data of jobs outside the directory: histories, weights, encodings. Read from the shared database on the calling node.</summary>
internal sealed class StoredJobs(ActorSystem system)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    /// <summary>A job's history from its journal; without a specification when there is none.</summary>
    public Task<JobHistory> HistoryAsync(JobId job, CancellationToken cancellation) =>
        ReadAsync<JobHistory>(read => JobHistoryReader.Props(job, read), cancellation);

    /// <summary>A job's journal with the times of its events.</summary>
    public Task<IReadOnlyList<JournalRow>> JournalAsync(JobId job, CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<JournalRow>>(read => JournalReplay.Props(job, read), cancellation);

    /// <summary>The flat parameter vector of a committed checkpoint, checksums verified; null when it was replaced by a newer one meanwhile.</summary>
    /// <exception cref="TrainingException">The store does not answer.</exception>
    public async Task<float[]?> WeightsAsync(Checkpoint checkpoint, CancellationToken cancellation)
    {
        try
        {
            return await StoredWeights.LoadAsync(system, checkpoint, cancellation).ConfigureAwait(false);
        }
        catch (SnapshotUnreadableException)
        {
            return null;
        }
        catch (Exception e) when (e is SnapshotStoreUnavailableException or AskTimeoutException)
        {
            throw new TrainingException($"the checkpoint of step {checkpoint.Step} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>
    /// The fingerprint of the weights that a job ended on: as its journal says, or computed for a job that an earlier release ended. Null while it has
    /// not ended, and of a job without such weights.
    /// </summary>
    /// <exception cref="TrainingException">The store does not answer.</exception>
    public async Task<string?> WeightsSha256Async(JobHistory history, CancellationToken cancellation)
    {
        if (history.End is not { Outcome: not JobOutcome.Failed } end) return null;
        if (end.WeightsSha256 is { } known) return known;
        if (history.CheckpointAt(end.Step) is not { } checkpoint) return null;
        try
        {
            return await StoredWeights.Sha256Async(system, checkpoint, cancellation).ConfigureAwait(false);
        }
        catch (SnapshotUnreadableException)
        {
            return null;
        }
        catch (Exception e) when (e is SnapshotStoreUnavailableException or AskTimeoutException)
        {
            throw new TrainingException($"the checkpoint of step {checkpoint.Step} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Stores weights to begin with as a checkpoint of step 0 that belongs to a job alone.</summary>
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

    /// <summary>Stores bytes under a new name, and gives it.</summary>
    public async Task<string> StoreBytesAsync(string kind, byte[] bytes, CancellationToken cancellation)
    {
        var id = $"{kind}-{Guid.NewGuid():n}";
        await SaveAsync(id, bytes, cancellation).ConfigureAwait(false);
        return id;
    }

    /// <summary>The bytes of a name; null when there are none.</summary>
    public async Task<byte[]?> FindBytesAsync(string id, CancellationToken cancellation)
    {
        var answer = await AskAsync(new LoadSnapshot(id, SnapshotSelectionCriteria.Latest, long.MaxValue), cancellation).ConfigureAwait(false);
        return answer switch
        {
            LoadSnapshotResult { Snapshot.Snapshot: byte[] bytes } => bytes,
            LoadSnapshotResult => null,
            LoadSnapshotFailed failed => throw new TrainingException($"the store does not answer: {failed.Cause.Message}", failed.Cause),
            _ => throw new TrainingException($"the store answers with {answer.GetType().Name}"),
        };
    }

    /// <summary>Deletes the stored data of a job that the directory has forgotten; after a failure harmless orphans remain.</summary>
    public async Task DeleteAsync(JobId job, string? encodingId, CancellationToken cancellation)
    {
        var history = await HistoryAsync(job, cancellation).ConfigureAwait(false);
        var ids = history.Checkpoints.SelectMany(checkpoint => checkpoint.Parts).Select(part => part.PersistenceId).Distinct();
        foreach (var id in encodingId is null ? ids : ids.Append(encodingId))
            Store.Tell(new DeleteSnapshots(id, SnapshotSelectionCriteria.Latest), ActorRefs.NoSender);
        var journal = Akka.Persistence.Persistence.Instance.Apply(system).JournalFor("akka.persistence.journal.sql");
        journal.Tell(new DeleteMessagesTo(JobJournal.IdOf(job), long.MaxValue, ActorRefs.NoSender));
    }

    private IActorRef Store => Akka.Persistence.Persistence.Instance.Apply(system).SnapshotStoreFor(SnapshotStore.PluginId);

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
