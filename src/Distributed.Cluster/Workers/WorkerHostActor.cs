using Akka.Actor;
using Distributed.Cluster.Messages;

namespace Distributed.Cluster.Workers;

/// <summary>A node's workers: starts them, lists them for coordinators, and has them finish when the node shuts down.</summary>
internal sealed class WorkerHostActor : ReceiveActor
{
    private readonly List<IActorRef> _workers = [];

    public WorkerHostActor(int workers, Func<int, Props> worker)
    {
        for (var i = 0; i < workers; i++) _workers.Add(Context.ActorOf(worker(i), $"worker-{i}"));
        Receive<GetWorkers>(message =>
        {
            foreach (var reference in _workers) reference.Forward(message);
        });
        Receive<FinishShards>(OnFinishShards);
    }

    public static Props Props(int workers, Func<int, Props> worker) => Akka.Actor.Props.Create(() => new WorkerHostActor(workers, worker));

    private void OnFinishShards(FinishShards message)
    {
        var replyTo = Sender;
        var unfinished = _workers.Count;
        foreach (var reference in _workers) reference.Tell(message);
        Become(() =>
        {
            Receive<GetWorkers>(_ => { }); // this node takes no more work
            Receive<WorkersFinished>(_ =>
            {
                if (--unfinished == 0) replyTo.Tell(new WorkersFinished());
            });
        });
        if (unfinished == 0) replyTo.Tell(new WorkersFinished());
    }
}
