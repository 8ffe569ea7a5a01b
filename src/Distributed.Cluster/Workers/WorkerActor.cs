using Akka.Actor;
using Akka.Event;
using Distributed.Cluster.Compute;
using Distributed.Cluster.Datasets;
using Distributed.Cluster.Membership;
using Distributed.Cluster.Messages;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Cluster.Workers;

/// <summary>
/// One worker of a node, with a child for each job it takes part in. A restarted worker has a new name, so messages to the old one do not reach it.
/// </summary>
internal sealed class WorkerActor : ReceiveActor
{
    private readonly WorkerId _id;
    private readonly int _threads;
    private readonly WorkerSurroundings _node;
    private readonly Dictionary<JobId, IActorRef> _jobs = [];
    private readonly Dictionary<JobId, JoinJob> _joined = []; // the newest per job
    private readonly HashSet<JobId> _loading = [];
    private readonly Dictionary<IActorRef, FailureCause> _failures = []; // of stopping children
    private readonly Dictionary<JobId, WorkerFailed> _failed = []; // until the job asks again: the report may be lost
    private long _children; // for names: a child still stopping keeps its own

    public WorkerActor(int index, int threads, WorkerSurroundings node)
    {
        _id = new WorkerId($"{ClusterMembers.IncarnationOfSelf(Context.System)}-{index}-{Random.Shared.Next(1 << 16):x4}");
        _threads = threads;
        _node = node;

        Receive<GetWorkers>(_ => Sender.Tell(new WorkerAvailable(_id)));
        Receive<JoinJob>(OnJoin);
        Receive<LeaveJob>(message =>
        {
            if (_joined.TryGetValue(message.Job, out var joined) && (message.Term < joined.Term || message.Lineage < joined.Lineage)) return;
            _joined.Remove(message.Job);
            _failed.Remove(message.Job);
            if (_jobs.Remove(message.Job, out var job)) Context.Stop(job);
        });
        Receive<DataPresent>(OnDataPresent);
        Receive<DataMissing>(message =>
        {
            _loading.Remove(message.Job);
            _node.Coordinators.Tell(new WorkerRefused(message.Job, _id, message.Reason));
        });
        Receive<FinishShards>(OnFinishShards);
        Receive<Terminated>(OnJobTerminated);
        Receive<IWorkerMessage>(message =>
        {
            if (_jobs.TryGetValue(message.Job, out var job)) job.Forward(message);
            else if (message is AssignWorker assign && _failed.TryGetValue(message.Job, out var failed) && failed.Lineage == assign.Lineage)
                _node.Coordinators.Tell(failed);
        });
    }

    public static Props Props(int index, int threads, WorkerSurroundings node) => Akka.Actor.Props.Create(() => new WorkerActor(index, threads, node));

    protected override SupervisorStrategy SupervisorStrategy() => new StopAndTell(this);

    /// <summary>Stops a child that throws and keeps the exception, which is known by the time the child's end is reported.</summary>
    private sealed class StopAndTell(WorkerActor worker) : OneForOneStrategy(_ => Directive.Stop)
    {
        private readonly ILoggingAdapter _log = Context.GetLogger();

        protected override Directive Handle(IActorRef child, Exception exception)
        {
            var cause = worker._failures[child] = FailureCause.Of(exception);
            if (cause.IsOutOfMemory) _log.Error("worker {0}: a job's work failed: {1}", worker._id, cause.Text);
            else _log.Error(exception, "worker {0}: a job's work failed", worker._id);
            return Directive.Stop;
        }
    }

    private void OnJoin(JoinJob message)
    {
        if (!_joined.TryGetValue(message.Job, out var joined) || message.Term >= joined.Term) _joined[message.Job] = message;
        if (!_jobs.TryGetValue(message.Job, out var job))
        {
            if (message.Specification.Arithmetic != ArithmeticVersion.Current)
            {
                Sender.Tell(new WorkerRefused(message.Job, _id,
                    $"the job needs arithmetic version {message.Specification.Arithmetic}, this node has {ArithmeticVersion.Current}"));
                return;
            }
            var sha256 = message.Specification.Data.Sha256;
            if (_node.Datasets.Borrow(sha256) is not { } data)
            {
                if (_node.Data is not { } source)
                    Sender.Tell(new WorkerRefused(message.Job, _id, $"the data set {sha256} is not in this process: start the job again where the data is"));
                else if (_loading.Add(message.Job)) source.Tell(new ObtainData(message.Job, sha256));
                return;
            }
            job = Begin(message, data);
        }
        job.Forward(message);
    }

    /// <summary>Joins the jobs that were waiting for this data. Data evicted meanwhile is fetched at the coordinator's next request.</summary>
    private void OnDataPresent(DataPresent message)
    {
        _loading.Remove(message.Job);
        if (_joined.TryGetValue(message.Job, out var joined) && !_jobs.ContainsKey(message.Job) &&
            _node.Datasets.Borrow(joined.Specification.Data.Sha256) is { } data)
            Begin(joined, data).Forward(joined);
    }

    private IActorRef Begin(JoinJob message, BorrowedSamples data)
    {
        _failed.Remove(message.Job);
        return _jobs[message.Job] = Context.Watch(
            Context.ActorOf(JobWorkerActor.Props(message, _id, _threads, _node, data), $"job-{message.Job}-{++_children}"));
    }

    private void OnJobTerminated(Terminated terminated)
    {
        // A job's child failed: the coordinator asks again, and a new child joins.
        foreach (var (job, _) in _jobs.Where(pair => pair.Value.Equals(terminated.ActorRef)).ToList())
        {
            _jobs.Remove(job);
            if (_failures.TryGetValue(terminated.ActorRef, out var cause) && _joined.TryGetValue(job, out var joined))
                _node.Coordinators.Tell(_failed[job] = new WorkerFailed(job, _id, _children, joined.Lineage, $"worker {_id}: {cause.Text}", cause.IsOutOfMemory));
            else _node.Coordinators.Tell(new WorkerLeft(job, _id, "its work on this job failed"));
        }
        _failures.Remove(terminated.ActorRef);
    }

    private void OnFinishShards(FinishShards message)
    {
        var replyTo = Sender;
        var unfinished = _jobs.Keys.ToHashSet();
        foreach (var job in _jobs.Values) job.Tell(message);
        Become(() =>
        {
            Receive<ShardsFinished>(finished => Finish(finished.Job));
            Receive<Terminated>(terminated =>
            {
                foreach (var (job, _) in _jobs.Where(pair => pair.Value.Equals(terminated.ActorRef))) Finish(job);
            });
            Receive<JoinJob>(_ => { });
            Receive<IWorkerMessage>(other =>
            {
                if (_jobs.TryGetValue(other.Job, out var job)) job.Forward(other);
            });
        });
        if (unfinished.Count == 0) replyTo.Tell(new WorkersFinished());

        void Finish(JobId job)
        {
            if (unfinished.Remove(job) && unfinished.Count == 0) replyTo.Tell(new WorkersFinished());
        }
    }
}
