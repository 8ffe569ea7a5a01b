using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Searches;
using Distributed.Console.Terminals;
using Distributed.Data.Samples;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Tests.Fakes;

/// <summary>A cluster that does what a test scripts: its events are fed by hand, and it notes what it was asked.</summary>
internal sealed class FakeTrainingClient : IJobDispatch, IJobStore, IRunningCluster, IStoreAccess
{
    public Task EndAsync(JobId job, StopReason reason, CancellationToken cancellation) => throw new NotSupportedException();

    public Task StartSearchAsync(SearchSubmission search, ITrialRunner trials, RunningSearch running, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<SearchRecord>> ListSearchesAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<SearchRecord>>([]);

    public Task<SearchRecord?> FindSearchAsync(JobId search, CancellationToken cancellation) => Task.FromResult<SearchRecord?>(null);

    private readonly Channel<JobEvent> _events = Channel.CreateUnbounded<JobEvent>();

    public FakeTrainingClient() => Client = new JobService(this, this);

    public IJobService Client { get; }

    public IJobResults Jobs => Client;

    public List<JobRecord> Records { get; } = [];

    public JobSubmission? Submitted { get; private set; }

    public bool PauseAsked { get; private set; }

    public bool Disposed { get; private set; }

    public Action<JobSubmission, FakeTrainingClient> OnStart { get; set; } = (_, _) => { };

    public Action<FakeTrainingClient> OnPause { get; set; } = _ => { };

    /// <summary>The weights of a job's checkpoint; by default zeros.</summary>
    public Func<JobSpecification, CheckpointChoice, float[]> Weights { get; set; } = (job, _) => new float[new ParameterLayout(job.Network).Count];

    public void Tell(params JobEvent[] events)
    {
        foreach (var e in events) Assert.True(_events.Writer.TryWrite(e));
    }

    /// <summary>The cluster breaks off telling.</summary>
    public void FallSilent() => _events.Writer.Complete();

    public Task<JobId> NextNameAsync(string dataName, Func<JobId, bool> isTakenToo, CancellationToken cancellation) =>
        Task.FromResult(JobNames.Next(dataName, name => isTakenToo(name) || Records.Exists(record => record.Id == name)));

    public Task TakeInAsync(EncodedDataSet data, CancellationToken cancellation) => Task.CompletedTask;

    public Task<QueueAnswered> StartAsync(JobSubmission submission, Checkpoint? initial, string? encodingId, CancellationToken cancellation)
    {
        Submitted = submission;
        Assert.Equal(submission.IsKnown, encodingId is null);
        OnStart(submission, this);
        return Task.FromResult(new QueueAnswered(submission.Id, QueueVerdict.Done, null, null));
    }

    public async IAsyncEnumerable<JobEvent> WatchAsync(JobId job, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var e in _events.Reader.ReadAllAsync(cancellation)) yield return e;
    }

    public Task<QueueAnswered> SteerAsync(JobId job, JobSteering steering, RunOptions? options, CancellationToken cancellation)
    {
        Assert.Equal(JobSteering.Pause, steering);
        PauseAsked = true;
        OnPause(this);
        return Task.FromResult(new QueueAnswered(job, QueueVerdict.Done, null, null));
    }

    public Task<JobStatus> GetStatusAsync(JobId job, CancellationToken cancellation) =>
        throw new InvalidOperationException("no test asks how a job is");

    public Task<IReadOnlyList<JobRecord>> ListAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<JobRecord>>(Records);

    public Task<JobRecord?> FindAsync(JobId job, CancellationToken cancellation) => Task.FromResult(Records.Find(r => r.Id == job));

    public Task<float[]> ReadWeightsAsync(JobId job, CheckpointChoice choice, CancellationToken cancellation) =>
        Task.FromResult(Weights(Records.Find(r => r.Id == job)?.Specification ?? Submitted!.Specification, choice));

    /// <summary>The kept checkpoints of every job by their steps.</summary>
    public Dictionary<long, StoredCheckpoint> Checkpoints { get; } = [];

    public Task<StoredCheckpoint> ReadCheckpointAsync(JobId job, long step, CancellationToken cancellation) => Task.FromResult(Checkpoints[step]);

    /// <summary>What was stored under names, such as encodings.</summary>
    public Dictionary<string, byte[]> Stored { get; } = [];

    public Task<Checkpoint> StoreInitialAsync(JobId job, float[] parameters, CancellationToken cancellation) =>
        Task.FromResult(new Checkpoint(0, 0, [], default, parameters.Length));

    public Task<string> StoreBytesAsync(string kind, byte[] bytes, CancellationToken cancellation)
    {
        var id = $"{kind}-{Stored.Count}";
        Stored.Add(id, bytes);
        return Task.FromResult(id);
    }

    public Task<byte[]?> FindBytesAsync(string id, CancellationToken cancellation) => Task.FromResult(Stored.GetValueOrDefault(id));

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public void Dispose() => Disposed = true;
}
