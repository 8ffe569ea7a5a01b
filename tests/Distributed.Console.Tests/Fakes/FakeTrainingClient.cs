using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Distributed.Console.Terminals;
using Distributed.Jobs.Service;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Tests.Fakes;

/// <summary>A cluster that does what a test scripts: its events are fed by hand, and it notes what it was asked.</summary>
internal sealed class FakeTrainingClient : ITrainingClient, IRunningCluster
{
    private readonly Channel<JobEvent> _events = Channel.CreateUnbounded<JobEvent>();

    public ITrainingClient Client => this;

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

    public Task StartAsync(JobSubmission submission, CancellationToken cancellation)
    {
        Submitted = submission;
        OnStart(submission, this);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<JobEvent> WatchAsync(JobId job, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var e in _events.Reader.ReadAllAsync(cancellation)) yield return e;
    }

    public Task PauseAsync(JobId job, CancellationToken cancellation)
    {
        PauseAsked = true;
        OnPause(this);
        return Task.CompletedTask;
    }

    public Task CancelAsync(JobId job, CancellationToken cancellation) => Task.CompletedTask;

    public Task<JobStatus> GetStatusAsync(JobId job, CancellationToken cancellation) =>
        throw new InvalidOperationException("no test asks how a job is");

    public Task<IReadOnlyList<JobRecord>> ListJobsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<JobRecord>>(Records);

    public Task<JobRecord?> FindJobAsync(JobId job, CancellationToken cancellation) => Task.FromResult(Records.Find(r => r.Id == job));

    public Task<float[]> ReadWeightsAsync(JobId job, CheckpointChoice choice, CancellationToken cancellation) =>
        Task.FromResult(Weights(Records.Find(r => r.Id == job)?.Specification ?? Submitted!.Specification, choice));

    /// <summary>The kept checkpoints of every job by their steps.</summary>
    public Dictionary<long, StoredCheckpoint> Checkpoints { get; } = [];

    public Task<StoredCheckpoint> ReadCheckpointAsync(JobId job, long step, CancellationToken cancellation) => Task.FromResult(Checkpoints[step]);

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}
