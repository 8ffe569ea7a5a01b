using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Distributed.Cluster.Compute;
using Distributed.Cluster.Membership;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Stores;
using Distributed.Protocol.Coordinator;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Snapshots;
using Microsoft.Extensions.Logging;

namespace Distributed.Cluster.Coordinators;

/// <summary>
/// The shell around one job's <see cref="TrainingRun"/>: a Cluster.Sharding entity, one per job. It recovers the journal, translates messages into
/// calls to the rule, and executes the rule's effects.
/// </summary>
internal sealed class CoordinatorActor : ReceiveActor, IWithTimers, IWithUnboundedStash, ICoordinatorEffects
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TickAfterEnd = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FindWorkersInterval = TimeSpan.FromSeconds(1);

    // A coordinator whose job is over or was never assigned answers stragglers for this long, then stops.
    private static readonly TimeSpan RestBeforeEnd = TimeSpan.FromSeconds(30);

    private readonly JobId _job;
    private readonly IActorRef _blocks;
    private readonly JournalLink _journal;
    private readonly SnapshotStore _snapshotStore;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<WorkerId, IActorRef> _workers = [];
    private readonly HashSet<IActorRef> _watchers = [];
    private readonly ILogger _decisions;
    private readonly Dictionary<int, Address> _nodeOfBlock = []; // as blocks last reported
    private TrainingRun? _run;

    public CoordinatorActor(JobId job, IActorRef blocks, ILogger decisions, StoreOutage outage)
    {
        _decisions = decisions;
        _job = job;
        _blocks = blocks;
        _journal = new JournalLink(job, Context, _log, outage);
        _snapshotStore = new SnapshotStore(Context.System, Self);
        Recovering();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public IStash Stash { get; set; } = null!;

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    public static Props Props(JobId job, IActorRef blocks, ILogger decisions, StoreOutage outage) =>
        Akka.Actor.Props.Create(() => new CoordinatorActor(job, blocks, decisions, outage)).WithDispatcher(StepDispatcher.Path);

    protected override void PreStart()
    {
        _journal.Start();
        ClusterMembers.Subscribe(Context.System, Self);
    }

    protected override void PostStop()
    {
        _journal.End();
        ClusterMembers.Unsubscribe(Context.System, Self);
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    private void Recovering()
    {
        Receive<JournalRecovered>(recovered =>
        {
            var history = new JobHistory();
            foreach (var journalEvent in recovered.Events) history.Apply(journalEvent);
            _journal.Begin(recovered.SequenceNumber);
            _run = new TrainingRun(_job, history, new CoordinatorTimes(), this);
            Become(Running);
            Timers.StartPeriodicTimer("tick", Tick.Instance, TickInterval);
            Timers.StartPeriodicTimer("find-workers", FindWorkers.Instance, TimeSpan.Zero, FindWorkersInterval);
            Stash.UnstashAll();
        });
        Receive<Terminated>(_ => _journal.RestartLater(Timers));
        Receive<RestartJournal>(_ => _journal.Start());
        ReceiveAny(_ => Stash.Stash());
    }

    private void Running()
    {
        var run = _run!;
        Receive<Tick>(_ =>
        {
            run.OnTick(Now);
            if (_journal.MustSay(Now)) Publish(new JobWaiting(_job, "the store does not take the job's next decision; it is tried again until it does"));
        });

        // from clients
        Receive<WatchJob>(OnWatch);
        Receive<GetJobStatus>(_ => Sender.Tell(Status()));

        // from blocks, workers and clients: handled by the rule
        Receive<ICoordinatorMessage>(message =>
        {
            if (message is BlockState state) _nodeOfBlock[state.Block] = Sender.Path.Address;
            if (!run.TryTake(message, Now)) Unhandled(message);
        });

        // from workers
        Receive<WorkerAvailable>(OnWorkerHere);
        Receive<Terminated>(OnTerminated);

        // from the cluster and the journal
        Receive<FindWorkers>(_ => AskForWorkers());
        Receive<ClusterEvent.MemberUp>(_ => AskForWorkers());
        Receive<ClusterEvent.MemberWeaklyUp>(_ => AskForWorkers()); // while another member is unreachable
        Receive<ClusterEvent.IMemberEvent>(_ => { });
        Receive<JournalWritten>(message =>
        {
            _journal.OnWritten();
            Tell(message.Event);
            run.OnPersisted(message.Event, Now);
        });
        Receive<EpochsWritten>(_ =>
        {
            _journal.OnWritten();
            run.OnEpochsPersisted(Now);
        });
        Receive<EndFingerprinted>(message => _journal.Write(message.End, Now));
        Receive<JournalRecovered>(recovered =>
        {
            if (_journal.Resume(recovered)) return;
            _log.Error("job {0}: another coordinator wrote to the journal; this one ends", _job);
            Context.Stop(Self);
        });
        Receive<RestartJournal>(_ => _journal.Start());
        Receive<ReceiveTimeout>(_ =>
        {
            // Passivation also removes it from the remembered entities, so it does not restart with the cluster.
            if (run.History.End is not null || run.History.Specification is null) Context.Parent.Tell(new Akka.Cluster.Sharding.Passivate(PoisonPill.Instance));
        });
        Context.SetReceiveTimeout(RestBeforeEnd);
    }

    /// <summary>Logs what operators look for after a failure: who coordinates, and where the job resumed.</summary>
    private void Tell(JournalEvent written)
    {
        switch (written)
        {
            case TermStarted started:
                _decisions.LogInformation("job {Job}: coordinator of term {Term} begins here", _job, started.Term);
                break;
            case WorkerExcluded excluded:
                _decisions.LogWarning("job {Job}: {Reason}", _job, excluded.Reason);
                break;
            case AttemptFailed failed:
                _decisions.LogWarning("job {Job}: {Cause} in lineage {Lineage}", _job, failed.Cause, failed.Lineage);
                break;
            case JobEnded { Outcome: JobOutcome.Failed } ended:
                _decisions.LogWarning("job {Job} failed: {Reason}", _job, ended.Message);
                break;
            case LineageStarted started:
                _decisions.LogInformation("job {Job}: lineage {Lineage} begins from step {Step}", _job, started.Lineage, started.CheckpointStep ?? 0);
                break;
        }
    }

    private void OnWatch(WatchJob message)
    {
        var isNew = _watchers.Add(Sender);
        if (isNew) Context.Watch(Sender);
        Sender.Tell(new JobWatched(message.Job));
        if (isNew && _run!.AssignedWorkers is > 0 and var workers) Sender.Tell(new WorkersChanged(_job, workers));
    }

    private JobStatus Status()
    {
        var status = _run!.StatusAt(Now);
        return status with { Blocks = [.. status.Blocks.Select(block => block with { Node = NodeOf(block.Block) })] };
    }

    private string? NodeOf(int block)
    {
        if (!_nodeOfBlock.TryGetValue(block, out var address)) return null;
        return address.HasLocalScope ? ClusterMembers.NameOfSelf(Context.System) : $"{address.Host}:{address.Port}";
    }

    private void OnWorkerHere(WorkerAvailable message)
    {
        if (_workers.TryAdd(message.Worker, Sender)) Context.Watch(Sender);
        _run!.OnWorkerUp(message.Worker, Now);
    }

    private void OnTerminated(Terminated terminated)
    {
        if (_journal.Is(terminated.ActorRef))
        {
            _journal.RestartLater(Timers);
            return;
        }
        _watchers.Remove(terminated.ActorRef);
        foreach (var (worker, reference) in _workers.Where(pair => pair.Value.Equals(terminated.ActorRef)).ToList())
        {
            _workers.Remove(worker);
            _run!.OnWorkerLeft(worker, Now);
        }
    }

    private static void AskForWorkers()
    {
        foreach (var node in ClusterMembers.WithRole(Context.System, NodeRoles.Worker))
            Context.OnNode(node, NodeActors.Workers).Tell(new GetWorkers());
    }

    void ICoordinatorEffects.Persist(JournalEvent journalEvent)
    {
        if (journalEvent is JobEnded { Outcome: not JobOutcome.Failed } end && _run!.History.CheckpointAt(end.Step) is { } checkpoint)
            FingerprintAsync(Context.System, end, checkpoint).PipeTo(Self);
        else
            _journal.Write(journalEvent, Now);
    }

    void ICoordinatorEffects.PersistEpochs(IReadOnlyList<EpochDecided> epochs) => _journal.Write(epochs, Now);

    bool ICoordinatorEffects.BlocksAreHere =>
        _run!.History.Lineage is { } lineage && Enumerable.Range(0, lineage.Blocks).All(block => _nodeOfBlock.TryGetValue(block, out var node) && node.HasLocalScope);

    /// <summary>
    /// Adds the fingerprint of the weights, which are durable by now, to the end event. An unreadable store does not keep the job from ending.
    /// </summary>
    private async Task<EndFingerprinted> FingerprintAsync(ActorSystem system, JobEnded end, Checkpoint checkpoint)
    {
        try
        {
            return new EndFingerprinted(end with { WeightsSha256 = await StoredWeights.Sha256Async(new ClusterStoreReader(system), checkpoint, CancellationToken.None).ConfigureAwait(false) });
        }
        catch (Exception e) when (e is SnapshotUnreadableException or SnapshotStoreUnavailableException)
        {
            _log.Warning("job {0}: it ends without the fingerprint of its weights: {1}", _job, e.Message);
            return new EndFingerprinted(end);
        }
    }

    void ICoordinatorEffects.ToBlock(IBlockMessage message) => _blocks.Tell(message);

    void ICoordinatorEffects.ToWorker(WorkerId worker, IWorkerMessage message)
    {
        if (_workers.TryGetValue(worker, out var reference)) reference.Tell(message);
    }

    void ICoordinatorEffects.Publish(JobEvent jobEvent) => Publish(jobEvent);

    private void Publish(JobEvent jobEvent)
    {
        foreach (var watcher in _watchers) watcher.Tell(jobEvent);
    }

    void ICoordinatorEffects.DeleteParts(IReadOnlyList<SnapshotPart> parts) => _snapshotStore.Delete(parts);

    void ICoordinatorEffects.SweepParts(PartsSweep sweep) => _ = _snapshotStore.SweepAsync(sweep, _log);

    void ICoordinatorEffects.Finish()
    {
        Timers.Cancel("find-workers");
        Timers.StartPeriodicTimer("tick", Tick.Instance, TickAfterEnd); // a thousand resting coordinators cost nothing
    }

    private sealed class Tick : INotInfluenceReceiveTimeout
    {
        public static readonly Tick Instance = new();
    }

    private sealed record EndFingerprinted(JobEnded End);

    private sealed class FindWorkers : INotInfluenceReceiveTimeout
    {
        public static readonly FindWorkers Instance = new();
    }
}
