using Akka.Actor;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Tests.Actors;
using Distributed.Cluster.Workers;

namespace Distributed.Cluster.Tests.Workers;

public sealed class WorkerHostActorSpec : ActorSpec
{
    [Fact]
    public void Every_worker_answers_a_coordinator_by_itself()
    {
        var (host, workers) = Start(2);
        host.Tell(new GetWorkers(), TestActor);
        foreach (var worker in workers)
        {
            worker.ExpectMsg<GetWorkers>(Bound);
            Assert.Equal(TestActor, worker.Sender);
        }
    }

    [Fact]
    public void The_host_has_finished_when_all_its_workers_have()
    {
        var (host, workers) = Start(2);
        host.Tell(new FinishShards(), TestActor);
        foreach (var worker in workers) worker.ExpectMsg<FinishShards>(Bound);
        host.Tell(new WorkersFinished(), workers[0].Ref);
        Settle(host);
        Assert.False(HasMessages);
        host.Tell(new WorkersFinished(), workers[1].Ref);
        ExpectMsg<WorkersFinished>(Bound);
    }

    [Fact]
    public void A_host_that_finishes_shows_its_workers_to_no_coordinator()
    {
        var (host, workers) = Start(1);
        host.Tell(new FinishShards(), TestActor);
        workers[0].ExpectMsg<FinishShards>(Bound);
        host.Tell(new GetWorkers(), TestActor);
        Nothing<GetWorkers>(workers[0], host);
    }

    [Fact]
    public void A_host_without_workers_has_finished_at_once()
    {
        var (host, _) = Start(0);
        host.Tell(new FinishShards(), TestActor);
        ExpectMsg<WorkersFinished>(Bound);
    }

    private (IActorRef Host, Akka.TestKit.TestProbe[] Workers) Start(int count)
    {
        var workers = Enumerable.Range(0, count).Select(_ => CreateTestProbe()).ToArray();
        return (Sys.ActorOf(WorkerHostActor.Props(count, index => Props.Create(() => new Worker(workers[index].Ref)))), workers);
    }

    private sealed class Worker : ReceiveActor
    {
        public Worker(IActorRef probe) => ReceiveAny(message => probe.Forward(message));
    }
}
