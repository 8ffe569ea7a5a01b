using Akka.Actor;
using Akka.Persistence;
using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Stores;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Snapshots;

namespace Distributed.Jobs.Results;

/// <summary>Stored data of jobs outside the directory: histories, weights, encodings. Read from the shared database on the calling node.</summary>
internal sealed class StoredJobs(ActorSystem system) : IJobStore
{
    private const int Attempts = 3;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    /// <summary>The jobs that the store names, in order of submission.</summary>
    public Task<IReadOnlyList<JobRegistered>> RegisteredAsync(CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<JobRegistered>>(JobListReader.Props, cancellation);

    public async Task<IReadOnlyList<JobRecord>> ListAsync(CancellationToken cancellation)
    {
        var records = new List<JobRecord>();
        foreach (var job in (await RegisteredAsync(cancellation).ConfigureAwait(false)).Reverse())
        {
            var history = await HistoryAsync(job.Job, cancellation).ConfigureAwait(false);
            if (JobRecord.Of(job.Job, job.SubmittedAt, job.Source, job.EncodingId, history) is not { } record) continue;
            var sha256 = await WeightsSha256Async(history, cancellation).ConfigureAwait(false);
            records.Add(record.End is { } end ? record with { End = end with { WeightsSha256 = sha256 } } : record);
        }
        return records;
    }

    /// <summary>Whether a job has ended.</summary>
    public async Task<bool> IsOverAsync(JobId job, CancellationToken cancellation) =>
        (await HistoryAsync(job, cancellation).ConfigureAwait(false)).End is not null;

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
        catch (Exception e) when (IsUnreadable(e))
        {
            throw new TrainingException($"the checkpoint of step {checkpoint.Step} cannot be read: {e.Message}", e);
        }
    }

    public async Task<float[]> ReadWeightsAsync(JobId job, CheckpointChoice choice, CancellationToken cancellation)
    {
        var kind = choice.ToString().ToLowerInvariant();
        for (var attempt = 1; ; attempt++)
        {
            var history = await HistoryAsync(job, cancellation).ConfigureAwait(false);
            if (history.Specification is not { } specification) throw new TrainingException($"the store holds no job {job}");
            if ((choice == CheckpointChoice.Best ? history.DurableBest(new EpochPlan(specification)) : history.Latest) is not { } checkpoint)
                throw new TrainingException(JobRecord.NoCheckpoint(job, kind, history.End) ?? $"the job {job} has no {kind} checkpoint yet");
            try
            {
                return await StoredWeights.LoadAsync(system, checkpoint, cancellation).ConfigureAwait(false);
            }
            catch (SnapshotUnreadableException) when (attempt < Attempts && history.End is null)
            {
                // A newer checkpoint took its place: the journal knows which.
            }
            catch (Exception e) when (IsUnreadable(e))
            {
                throw new TrainingException($"the {kind} checkpoint of {job} (step {checkpoint.Step}) cannot be read: {e.Message}", e);
            }
        }
    }

    public async Task<StoredCheckpoint> ReadCheckpointAsync(JobId job, long step, CancellationToken cancellation)
    {
        var history = await HistoryAsync(job, cancellation).ConfigureAwait(false);
        var checkpoint = history.CheckpointAt(step) ?? throw new TrainingException($"the job {job} has no checkpoint of step {step} any more");
        try
        {
            var count = checkpoint.ParameterCount;
            var weights = new float[count];
            var state = Array.Empty<float>();
            foreach (var part in await SnapshotStore.LoadAsync(system, checkpoint.Parts).WaitAsync(cancellation).ConfigureAwait(false))
            {
                part.Weights.CopyTo(weights.AsMemory(part.Start));
                var vectors = part.State.Length / part.Weights.Length;
                if (state.Length == 0) state = new float[vectors * count];
                for (var v = 0; v < vectors; v++)
                    part.State.Span.Slice(v * part.Weights.Length, part.Weights.Length).CopyTo(state.AsSpan(v * count + part.Start));
            }
            return new StoredCheckpoint(step, weights, state);
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            throw new TrainingException($"the checkpoint of {job} at step {step} cannot be read: {e.Message}", e);
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
        catch (Exception e) when (IsUnreadable(e))
        {
            throw new TrainingException($"the checkpoint of step {checkpoint.Step} cannot be read: {e.Message}", e);
        }
    }

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

    private static bool IsUnreadable(Exception e) => e is SnapshotUnreadableException or SnapshotStoreUnavailableException or AskTimeoutException;

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
