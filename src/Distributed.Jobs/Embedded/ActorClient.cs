using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Hosting;
using Distributed.Cluster;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Stores;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Snapshots;

namespace Distributed.Jobs.Embedded;

/// <summary>The client of the cluster that this process is a node of, be it alone: regions or their proxies, and the store.</summary>
internal sealed class ActorClient(ActorSystem system, ActorRegistry registry, NodeServices node) : ITrainingClient
{
    private static readonly TimeSpan AskBound = TimeSpan.FromSeconds(30);
    private const int NoteAttempts = 10;
    private const int EventBound = 4096;

    private readonly ConcurrentDictionary<JobId, Channel<JobEvent>> _events = new();
    private readonly IActorRef _coordinators = registry.Get<CoordinatorRegion>();
    private readonly IActorRef _directory = registry.Get<JobDirectory>();

    public async Task StartAsync(JobSubmission submission, CancellationToken cancellation)
    {
        if ((submission.Specification.Validate() ?? submission.Options.Validate()) is { } wrong) throw new TrainingException(wrong);
        if (submission.Data.Sha256 != submission.Specification.Data.Sha256)
            throw new TrainingException($"the data set is {submission.Data.Sha256}, the specification names {submission.Specification.Data.Sha256}");
        await node.Datasets.TakeInAsync(submission.Data, IsOverAsync, cancellation).ConfigureAwait(false);
        node.Datasets.Hold(submission.Data.Sha256, submission.Id);
        await NoteAsync(new NoteJob(submission.Id, DateTimeOffset.UtcNow, submission.Source), cancellation).ConfigureAwait(false);
        var initial = submission.InitialParameters is { } parameters ? await StoreInitialAsync(submission, parameters, cancellation).ConfigureAwait(false) : null;

        var events = Channel.CreateBounded<JobEvent>(new BoundedChannelOptions(EventBound) { FullMode = BoundedChannelFullMode.DropOldest });
        _events[submission.Id] = events;
        var watching = new TaskCompletionSource();
        system.ActorOf(JobWatcher.Props(submission.Id, _coordinators, events.Writer, watching));
        await watching.Task.WaitAsync(AskBound, cancellation).ConfigureAwait(false);
        _coordinators.Tell(new StartJob(submission.Id, submission.Specification, submission.Options, initial));
    }

    private async Task<bool> IsOverAsync(JobId job, CancellationToken cancellation) =>
        await FindJobAsync(job, cancellation).ConfigureAwait(false) is { End: not null };

    public async IAsyncEnumerable<JobEvent> WatchAsync(JobId job, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!_events.TryGetValue(job, out var events)) throw new TrainingException($"the job {job} was not started here");
        await foreach (var jobEvent in events.Reader.ReadAllAsync(cancellation).ConfigureAwait(false)) yield return jobEvent;
    }

    public Task PauseAsync(JobId job, CancellationToken cancellation)
    {
        _coordinators.Tell(new PauseJob(job));
        return Task.CompletedTask;
    }

    public Task CancelAsync(JobId job, CancellationToken cancellation)
    {
        _coordinators.Tell(new CancelJob(job));
        return Task.CompletedTask;
    }

    public Task<JobStatus> GetStatusAsync(JobId job, CancellationToken cancellation) =>
        AskAsync<JobStatus>(_coordinators, new GetJobStatus(job), cancellation);

    public async Task<IReadOnlyList<JobRecord>> ListJobsAsync(CancellationToken cancellation)
    {
        var noted = await ReadJobsAsync(cancellation).ConfigureAwait(false);
        var records = new List<JobRecord>(noted.Count);
        foreach (var job in noted.Reverse())
            if (await ReadAsync(job, cancellation, withFingerprint: true).ConfigureAwait(false) is { } record) records.Add(record);
        return records;
    }

    public async Task<JobRecord?> FindJobAsync(JobId job, CancellationToken cancellation)
    {
        var noted = await ReadJobsAsync(cancellation).ConfigureAwait(false);
        return noted.FirstOrDefault(candidate => candidate.Job == job) is { } found
            ? await ReadAsync(found, cancellation).ConfigureAwait(false)
            : null;
    }

    public async Task<float[]> ReadWeightsAsync(JobId job, CheckpointChoice choice, CancellationToken cancellation)
    {
        var history = await ReadHistoryAsync(job, cancellation).ConfigureAwait(false);
        if (history.Specification is not { } specification) throw new TrainingException($"the store holds no job {job}");
        var checkpoint = choice == CheckpointChoice.Best ? history.DurableBest(new EpochPlan(specification)) : history.Latest;
        if (checkpoint is null)
        {
            var kind = choice.ToString().ToLowerInvariant();
            throw new TrainingException(JobRecord.NoCheckpoint(job, kind, history.End) ?? $"the job {job} has no {kind} checkpoint yet");
        }
        try
        {
            return await StoredWeights.LoadAsync(system, checkpoint, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SnapshotUnreadableException or SnapshotStoreUnavailableException or AskTimeoutException)
        {
            throw new TrainingException($"the {choice.ToString().ToLowerInvariant()} checkpoint of {job} (step {checkpoint.Step}) cannot be read: {e.Message}", e);
        }
    }

    public async Task<StoredCheckpoint> ReadCheckpointAsync(JobId job, long step, CancellationToken cancellation)
    {
        var history = await ReadHistoryAsync(job, cancellation).ConfigureAwait(false);
        var checkpoint = history.Checkpoints.FirstOrDefault(kept => kept.Step == step)
            ?? throw new TrainingException($"the job {job} has no checkpoint of step {step} any more");
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
        catch (Exception e) when (e is SnapshotUnreadableException or SnapshotStoreUnavailableException or AskTimeoutException)
        {
            throw new TrainingException($"the checkpoint of {job} at step {step} cannot be read: {e.Message}", e);
        }
    }

    private async Task<JobRecord?> ReadAsync(JobRegistered job, CancellationToken cancellation, bool withFingerprint = false)
    {
        var history = await ReadHistoryAsync(job.Job, cancellation).ConfigureAwait(false);
        if (history.Specification is not { } specification) return null; // noted, but its coordinator never got to write
        var end = withFingerprint && history.End is { } known
            ? known with { WeightsSha256 = await new StoredJobs(system).WeightsSha256Async(history, cancellation).ConfigureAwait(false) }
            : history.End;
        return new JobRecord(
            job.Job, job.SubmittedAt, specification, history.Options, job.Source, [.. history.Decisions],
            history.Latest?.Step, history.DurableBest(new EpochPlan(specification))?.Step, end)
        {
            Checkpoints = [.. history.Checkpoints.Select(kept => kept.Step)],
            FirstWorkers = history.FirstWorkers,
        };
    }

    private Task<JobHistory> ReadHistoryAsync(JobId job, CancellationToken cancellation) =>
        ReadAsync<JobHistory>(read => JobHistoryReader.Props(job, read), cancellation);

    private Task<IReadOnlyList<JobRegistered>> ReadJobsAsync(CancellationToken cancellation) =>
        ReadAsync<IReadOnlyList<JobRegistered>>(JobListReader.Props, cancellation);

    private async Task<T> ReadAsync<T>(Func<TaskCompletionSource<T>, Props> reader, CancellationToken cancellation)
    {
        var read = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorOf(reader(read));
        try
        {
            return await read.Task.WaitAsync(AskBound, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new TrainingException($"the store did not answer within {AskBound.TotalSeconds:0} s", e);
        }
    }

    /// <summary>Stores given weights as the job's checkpoint of step 0: blocks load them like any other.</summary>
    private async Task<Checkpoint> StoreInitialAsync(JobSubmission submission, float[] parameters, CancellationToken cancellation)
    {
        var expected = new Network(submission.Specification.Network).Layout.Count;
        if (parameters.Length != expected) throw new TrainingException($"the initial weights hold {parameters.Length} parameters, the network has {expected}");
        var snapshot = new BlockSnapshot(submission.Id, 0, 0, 0, new IndexRange(0, expected), parameters, default, default);
        var parts = new List<SnapshotPart>();
        var store = Akka.Persistence.Persistence.Instance.Apply(system).SnapshotStoreFor(SnapshotStore.PluginId);
        foreach (var range in BlockPartCodec.PartsOf(snapshot.Range))
        {
            var bytes = BlockPartCodec.Encode(snapshot, range);
            var part = new SnapshotPart(range.First, range.Count, PartsSweep.PersistenceIdOf(submission.Id, 0, range.First, 0), 0, BlockPartCodec.ChecksumOf(bytes));
            var metadata = new Akka.Persistence.SnapshotMetadata(part.PersistenceId, part.SequenceNumber, DateTime.UtcNow);
            var answer = await AskAsync<object>(store, new Akka.Persistence.SaveSnapshot(metadata, bytes), cancellation).ConfigureAwait(false);
            if (answer is Akka.Persistence.SaveSnapshotFailure failure) throw new TrainingException($"the store does not take the initial weights: {failure.Cause.Message}");
            parts.Add(part);
        }
        return new Checkpoint(0, 0, parts, default, expected);
    }

    /// <summary>Asks again: the directory may be on its way to another node, and noting a job twice notes it once.</summary>
    private async Task NoteAsync(NoteJob message, CancellationToken cancellation)
    {
        for (var asked = 1; ; asked++)
        {
            try
            {
                await _directory.Ask<JobNoted>(message, AskBound / NoteAttempts, cancellation).ConfigureAwait(false);
                return;
            }
            catch (AskTimeoutException e)
            {
                if (asked == NoteAttempts) throw new TrainingException($"the store did not answer within {AskBound.TotalSeconds:0} s", e);
            }
        }
    }

    private static async Task<T> AskAsync<T>(IActorRef actor, object message, CancellationToken cancellation)
    {
        try
        {
            return await actor.Ask<T>(message, AskBound, cancellation).ConfigureAwait(false);
        }
        catch (AskTimeoutException e)
        {
            throw new TrainingException($"the cluster did not answer {message.GetType().Name} within {AskBound.TotalSeconds:0} s", e);
        }
    }
}
