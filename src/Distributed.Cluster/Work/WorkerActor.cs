using Akka.Actor;
using Akka.Event;
using Distributed.Protocol;

namespace Distributed.Cluster;

/// <summary>
/// One worker of a node: a child for each job that it takes part in. A restarted worker has another name, so that nothing that was said to
/// the old one reaches it.
/// </summary>
internal sealed class WorkerActor : ReceiveActor
{
    private readonly WorkerId _id;
    private readonly int _threads;
    private readonly IActorRef _coordinators;
    private readonly IActorRef _blocks;
    private readonly DataCatalog _catalog;
    private readonly Dictionary<JobId, IActorRef> _jobs = [];
    private readonly Dictionary<JobId, JoinJob> _joined = []; // the newest of each job's

    public WorkerActor(int index, int threads, IActorRef coordinators, IActorRef blocks, DataCatalog catalog)
    {
        var address = Akka.Cluster.Cluster.Get(Context.System).SelfUniqueAddress;
        _id = new WorkerId($"{address.Address.Host}:{address.Address.Port}/{(uint)address.Uid:x8}-{index}-{Random.Shared.Next(1 << 16):x4}");
        _threads = threads;
        _coordinators = coordinators;
        _blocks = blocks;
        _catalog = catalog;

        Receive<GetWorkers>(_ => Sender.Tell(new WorkerHere(_id)));
        Receive<JoinJob>(OnJoin);
        Receive<LeaveJob>(message =>
        {
            if (_joined.TryGetValue(message.Job, out var joined) && (message.Term < joined.Term || message.Lineage < joined.Lineage)) return;
            _joined.Remove(message.Job);
            if (_jobs.Remove(message.Job, out var job)) Context.Stop(job);
        });
        Receive<Terminated>(terminated =>
        {
            // A job's child that failed: the coordinator asks again and a new one joins.
            foreach (var (job, reference) in _jobs.Where(pair => pair.Value.Equals(terminated.ActorRef)).ToList())
            {
                _jobs.Remove(job);
                _coordinators.Tell(new WorkerLeft(job, _id, "its work on this job failed"));
            }
        });
        Receive<IWorkerMessage>(message =>
        {
            if (_jobs.TryGetValue(message.Job, out var job)) job.Forward(message);
        });
    }

    public static Props Props(int index, int threads, IActorRef coordinators, IActorRef blocks, DataCatalog catalog) =>
        Akka.Actor.Props.Create(() => new WorkerActor(index, threads, coordinators, blocks, catalog));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
    {
        Context.GetLogger().Error(exception, "worker {0}: a job's work failed", _id);
        return Directive.Stop;
    });

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
            if (_catalog.Find(message.Specification.Data.Sha256) is not { } data)
            {
                Sender.Tell(new WorkerRefused(message.Job, _id, $"the data set {message.Specification.Data.Sha256[..12]} is not on this node"));
                return;
            }
            var props = JobWorkerActor.Props(message, _id, _threads, _coordinators, _blocks, data);
            _jobs[message.Job] = job = Context.Watch(Context.ActorOf(props, $"job-{message.Job}"));
        }
        job.Forward(message);
    }
}
