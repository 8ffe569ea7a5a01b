using Akka.Actor;

namespace Distributed.Cluster;

/// <summary>A node's workers: starts them and tells coordinators which there are.</summary>
internal sealed class WorkerHostActor : ReceiveActor
{
    /// <summary>Its name under /user on every node with the role worker.</summary>
    public const string Name = "workers";

    private readonly List<IActorRef> _workers = [];

    public WorkerHostActor(int workers, Func<int, Props> worker)
    {
        for (var i = 0; i < workers; i++) _workers.Add(Context.ActorOf(worker(i), $"worker-{i}"));
        Receive<GetWorkers>(message =>
        {
            foreach (var reference in _workers) reference.Forward(message);
        });
    }

    public static Props Props(int workers, Func<int, Props> worker) => Akka.Actor.Props.Create(() => new WorkerHostActor(workers, worker));
}
