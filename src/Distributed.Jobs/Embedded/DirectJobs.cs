using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Hosting;
using Distributed.Cluster;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Searches;
using Distributed.Data.Samples;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Embedded;

/// <summary>Starts jobs at their coordinators, past the queue, through the node that this process is: regions or their proxies, and the store.</summary>
internal sealed class DirectJobs(ActorSystem system, ActorRegistry registry, NodeServices node, StoredJobs stored) : IJobDispatch
{
    private static readonly TimeSpan AskBound = TimeSpan.FromSeconds(30);
    private const int NoteAttempts = 10;
    private const int EventBound = 4096;

    private readonly ConcurrentDictionary<JobId, Watch?> _started = new(); // what no one has followed yet
    private readonly IActorRef _coordinators = registry.Get<CoordinatorRegion>();
    private readonly IActorRef _directory = registry.Get<JobDirectory>();

    public async Task<JobId> NextNameAsync(string dataName, Func<JobId, bool> isTakenToo, CancellationToken cancellation)
    {
        var taken = (await stored.RegisteredAsync(cancellation).ConfigureAwait(false)).Select(job => job.Job).ToHashSet();
        return JobNames.Next(dataName, name => taken.Contains(name) || isTakenToo(name));
    }

    public Task TakeInAsync(EncodedDataSet data, CancellationToken cancellation) => node.Datasets.TakeInAsync(data, stored.IsOverAsync, cancellation);

    public async Task<QueueAnswered> StartAsync(JobSubmission submission, Checkpoint? initial, string? encodingId, CancellationToken cancellation)
    {
        var own = new NodeMemory(HoldsBlocks: true, HasWorkers: true, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        if (node.Roles.Contains(NodeRoles.ParameterServer) && new JobMemory(submission.Specification, submission.Options.Blocks).WhyNot([own]) is { } tooLarge)
            throw new UsageException(tooLarge);
        node.Datasets.Hold(submission.Data.Sha256, submission.Id);
        var note = new NoteJob(submission.Id, DateTimeOffset.UtcNow, submission.Source, encodingId) { Search = submission.Search };
        await NoteAsync(note, cancellation).ConfigureAwait(false);
        var watch = BeginWatch(submission.Id);
        _started.AddOrUpdate(submission.Id, watch, (_, before) =>
        {
            if (before is not null) system.Stop(before.Watcher);
            return watch;
        });
        await watch.Begun.WaitAsync(AskBound, cancellation).ConfigureAwait(false);
        _coordinators.Tell(new StartJob(submission.Id, submission.Specification, submission.Options, initial));
        return new QueueAnswered(submission.Id, QueueVerdict.Done, null, null);
    }

    public async Task EndAsync(JobId job, StopReason reason, CancellationToken cancellation)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bound.CancelAfter(AskBound);
        while (true)
        {
            var watch = BeginWatch(job);
            try
            {
                await watch.Begun.WaitAsync(bound.Token).ConfigureAwait(false);
                _coordinators.Tell(new CancelJob(job) { Reason = reason });
                await foreach (var jobEvent in watch.Events.ReadAllAsync(bound.Token).ConfigureAwait(false))
                    if (jobEvent is JobFinished) return; // else: it came to rest first
            }
            finally
            {
                system.Stop(watch.Watcher);
            }
        }
    }

    public async Task StartSearchAsync(SearchSubmission search, ITrialRunner trials, RunningSearch running, CancellationToken cancellation)
    {
        await NoteAsync(new NoteJob(search.Id, DateTimeOffset.UtcNow, search.Source) { Search = search.Id }, cancellation).ConfigureAwait(false);
        var actor = system.ActorOf(SearchActor.LastingProps(search.Id, search.AtOnce, trials, running, node.Outage), $"search-{search.Id}");
        running.Begin(actor, system);
        actor.Tell(new StartSearch(search.Specification));
    }

    public async IAsyncEnumerable<JobEvent> WatchAsync(JobId job, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (!_started.TryGetValue(job, out var first)) throw new TrainingException($"the job {job} was not started here");
        var watch = first is not null && _started.TryUpdate(job, null, first) ? first : BeginWatch(job);
        try
        {
            await foreach (var jobEvent in watch.Events.ReadAllAsync(cancellation).ConfigureAwait(false)) yield return jobEvent;
        }
        finally
        {
            system.Stop(watch.Watcher); // also when its follower has given up
        }
    }

    public Task<QueueAnswered> SteerAsync(JobId job, JobSteering steering, RunOptions? options, CancellationToken cancellation)
    {
        object message = steering switch
        {
            JobSteering.Pause => new PauseJob(job),
            JobSteering.Cancel => new CancelJob(job),
            _ => throw new NotSupportedException($"a job without a queue is not asked to {steering}"),
        };
        _coordinators.Tell(message);
        return Task.FromResult(new QueueAnswered(job, QueueVerdict.Done, null, null));
    }

    public async Task<JobStatus> GetStatusAsync(JobId job, CancellationToken cancellation)
    {
        try
        {
            return await _coordinators.Ask<JobStatus>(new GetJobStatus(job), AskBound, cancellation).ConfigureAwait(false);
        }
        catch (AskTimeoutException e)
        {
            throw new TrainingException($"the cluster did not answer {nameof(GetJobStatus)} within {AskBound.TotalSeconds:0} s", e);
        }
    }

    public Task<JobRecord?> FindAsync(JobId job, CancellationToken cancellation) => stored.FindAsync(job, cancellation);

    private Watch BeginWatch(JobId job)
    {
        var events = Channel.CreateBounded<JobEvent>(new BoundedChannelOptions(EventBound) { FullMode = BoundedChannelFullMode.DropOldest });
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new Watch(events.Reader, system.ActorOf(JobWatcher.Props(job, _coordinators, events.Writer, begun)), begun.Task);
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

    /// <summary>The events of a job, for one follower.</summary>
    private sealed record Watch(ChannelReader<JobEvent> Events, IActorRef Watcher, Task Begun);
}
