using Distributed.Cluster;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Stores;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Planning;

namespace Distributed.Jobs.Results;

/// <summary>What jobs left in a store: the list, histories, weights, encodings.</summary>
/// <param name="reader">Reads the store.</param>
internal class StoredJobs(IStoreReader reader) : IStoredResults
{
    private const int Attempts = 3;

    /// <summary>The jobs that the store names, in order of submission.</summary>
    public Task<IReadOnlyList<JobRegistered>> RegisteredAsync(CancellationToken cancellation) => reader.JobsAsync(cancellation);

    public async Task<IReadOnlyList<JobRecord>> ListAsync(CancellationToken cancellation)
    {
        var records = new List<JobRecord>();
        foreach (var job in (await RegisteredAsync(cancellation).ConfigureAwait(false)).Where(job => job.Search is null).Reverse())
        {
            var history = await HistoryAsync(job.Job, cancellation).ConfigureAwait(false);
            if (JobRecord.Of(job.Job, job.SubmittedAt, job.Source, job.EncodingId, history) is not { } record) continue;
            var sha256 = await WeightsSha256Async(history, cancellation).ConfigureAwait(false);
            records.Add(record.End is { } end ? record with { End = end with { WeightsSha256 = sha256 } } : record);
        }
        return records;
    }

    public async Task<IReadOnlyList<SearchRecord>> ListSearchesAsync(CancellationToken cancellation)
    {
        var records = new List<SearchRecord>();
        foreach (var search in (await RegisteredAsync(cancellation).ConfigureAwait(false)).Where(job => job.Search == job.Job).Reverse())
            if (await RecordAsync(search, cancellation).ConfigureAwait(false) is { } record) records.Add(record);
        return records;
    }

    public async Task<SearchRecord?> FindSearchAsync(JobId search, CancellationToken cancellation) =>
        (await RegisteredAsync(cancellation).ConfigureAwait(false)).FirstOrDefault(job => job.Job == search && job.Search == search) is { } found
            ? await RecordAsync(found, cancellation).ConfigureAwait(false)
            : null;

    private async Task<SearchRecord?> RecordAsync(JobRegistered search, CancellationToken cancellation)
    {
        var history = await reader.SearchAsync(search.Job, cancellation).ConfigureAwait(false);
        return history.Specification is null ? null : new SearchRecord(search.Job, search.SubmittedAt, search.Source, history);
    }

    /// <summary>Whether a job has ended.</summary>
    public async Task<bool> IsOverAsync(JobId job, CancellationToken cancellation) =>
        (await HistoryAsync(job, cancellation).ConfigureAwait(false)).End is not null;

    /// <summary>A job's history from its journal; without a specification when there is none.</summary>
    public Task<JobHistory> HistoryAsync(JobId job, CancellationToken cancellation) => reader.HistoryAsync(job, cancellation);

    public async Task<JobRecord?> FindAsync(JobId job, CancellationToken cancellation)
    {
        var registered = await RegisteredAsync(cancellation).ConfigureAwait(false);
        return registered.FirstOrDefault(candidate => candidate.Job == job) is { } found
            ? JobRecord.Of(job, found.SubmittedAt, found.Source, found.EncodingId, await HistoryAsync(job, cancellation).ConfigureAwait(false))
            : null;
    }

    /// <summary>The flat parameter vector of a committed checkpoint, checksums verified; null when it was replaced by a newer one meanwhile.</summary>
    /// <exception cref="TrainingException">The store does not answer.</exception>
    public async Task<float[]?> WeightsAsync(Checkpoint checkpoint, CancellationToken cancellation)
    {
        try
        {
            return await StoredWeights.LoadAsync(reader, checkpoint, cancellation).ConfigureAwait(false);
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
                return await StoredWeights.LoadAsync(reader, checkpoint, cancellation).ConfigureAwait(false);
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
            foreach (var part in await StoredParts.LoadAsync(reader, checkpoint.Parts, cancellation).ConfigureAwait(false))
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
            return await StoredWeights.Sha256Async(reader, checkpoint, cancellation).ConfigureAwait(false);
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

    public async Task<byte[]?> FindBytesAsync(string id, CancellationToken cancellation)
    {
        try
        {
            return await reader.SnapshotAsync(id, null, cancellation).ConfigureAwait(false);
        }
        catch (SnapshotStoreUnavailableException e)
        {
            throw new TrainingException(e.Message, e);
        }
    }

    private static bool IsUnreadable(Exception e) => e is SnapshotUnreadableException or SnapshotStoreUnavailableException;
}
