using Akka.Actor;
using Distributed.Cluster.Compute;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Tests.Actors;
using Distributed.Cluster.Workers;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Cluster.Tests.Workers;

public sealed class WorkerActorSpec : WorkerFixture
{
    private readonly IActorRef _worker;

    public WorkerActorSpec() => _worker = ChildOf(Parent, WorkerActor.Props(0, 1, Node), "worker");

    [Fact]
    public void A_worker_tells_its_name_and_after_a_restart_another_one()
    {
        var name = Name();
        Assert.Equal(name, Name());
        RestartByItsSupervisor(_worker);
        Assert.NotEqual(name, Name());
    }

    [Fact]
    public void A_job_of_another_arithmetic_is_refused_with_the_reason()
    {
        _worker.Tell(JoinOf() with { Specification = Specification with { Arithmetic = 99 } }, Coordinators.Ref);
        Assert.Contains("arithmetic version 99", Next<WorkerRefused>(Coordinators).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_fetches_no_data_refuses_a_job_whose_data_it_lacks()
    {
        var worker = Sys.ActorOf(WorkerActor.Props(1, 1, Node with { Data = null }));
        worker.Tell(JoinOf(), Coordinators.Ref);
        Assert.Contains(Buyers.Sha256, Next<WorkerRefused>(Coordinators).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_that_is_not_here_is_obtained_once_and_then_the_job_is_joined()
    {
        _worker.Tell(JoinOf(), Coordinators.Ref);
        _worker.Tell(JoinOf(lineage: 2), Coordinators.Ref);
        Assert.Equal(Buyers.Sha256, Next<ObtainData>(Data).Sha256);
        Nothing<ObtainData>(Data, _worker);
        Datasets.Add(Buyers);
        _worker.Tell(new DataPresent(SampleJob.Id), Data.Ref);
        Next<ConnectBlock>(Blocks);
        var job = Blocks.LastSender;
        job.Tell(new BlockConnected(SampleJob.Id, 0, Plane.Endpoint), Blocks.Ref);
        Assert.Equal(2, Next<WorkerReady>(Coordinators).Lineage); // the newest request
    }

    [Fact]
    public void Data_that_cannot_be_had_is_a_refusal_and_the_next_time_it_is_asked_for_again()
    {
        _worker.Tell(JoinOf(), Coordinators.Ref);
        Next<ObtainData>(Data);
        _worker.Tell(new DataMissing(SampleJob.Id, "no node has it"), Data.Ref);
        Assert.Equal("no node has it", Next<WorkerRefused>(Coordinators).Reason);
        _worker.Tell(JoinOf(), Coordinators.Ref);
        Next<ObtainData>(Data);
    }

    [Fact]
    public void A_job_is_left_when_its_coordinator_says_so_and_not_for_a_word_of_the_past()
    {
        var job = Begin(JoinOf(lineage: 2, term: 2));
        Watch(job);
        _worker.Tell(new LeaveJob(SampleJob.Id, 1, 2));
        _worker.Tell(new LeaveJob(SampleJob.Id, 2, 1));
        Settle(_worker);
        Settle(job);
        Assert.Equal([SampleJob.Id.Value], Activity.Jobs);
        _worker.Tell(new LeaveJob(SampleJob.Id, 2, 2));
        ExpectTerminated(job, Bound);
        Assert.Empty(Activity.Jobs);
    }

    [Fact]
    public void A_job_whose_work_throws_ends_alone_and_the_cause_is_told_until_the_job_is_joined_again()
    {
        var job = Begin(JoinOf());
        EventFilter.Error(contains: "a job's work failed").ExpectOne(() => job.Tell(new ShardFailed(new InsufficientMemoryException())));
        var failed = Next<WorkerFailed>(Coordinators);
        Assert.Equal((SampleJob.Id, 1L, true), (failed.Job, failed.Lineage, failed.IsOutOfMemory));
        _worker.Tell(new AssignWorker(SampleJob.Id, 1, 1, Assignment.None, 0));
        Assert.Equal(failed, Next<WorkerFailed>(Coordinators)); // the coordinator had not received it
        Begin(JoinOf());
        _worker.Tell(new AssignWorker(SampleJob.Id, 1, 1, new Assignment(4, []), 0));
        Assert.Equal(4, Next<WorkerAssigned>(Coordinators).Number);
        Nothing<WorkerFailed>(Coordinators, _worker);
    }

    [Fact]
    public void A_worker_without_jobs_has_finished_at_once()
    {
        _worker.Tell(new FinishShards(), TestActor);
        ExpectMsg<WorkersFinished>(Bound);
    }

    [Fact]
    public void A_worker_has_finished_when_its_jobs_have_and_joins_none_meanwhile()
    {
        var job = Begin(JoinOf());
        _worker.Tell(new FinishShards(), TestActor);
        Next<WorkerLeft>(Coordinators);
        _worker.Tell(new JoinJob(new JobId("other"), 1, 1, 1, Specification), Coordinators.Ref);
        Settle(_worker);
        Assert.False(HasMessages);
        PassUntil(() => HasMessages, job, "the job is quiet");
        ExpectMsg<WorkersFinished>(Bound);
        Assert.Equal([SampleJob.Id.Value], Activity.Jobs);
    }

    private WorkerId Name()
    {
        _worker.Tell(new GetWorkers(), TestActor);
        return ExpectMsg<WorkerAvailable>(Bound).Worker;
    }

    private IActorRef Begin(JoinJob join)
    {
        Datasets.Add(Buyers);
        _worker.Tell(join, Coordinators.Ref);
        Next<ConnectBlock>(Blocks);
        var job = Blocks.LastSender;
        Settle(job);
        return job;
    }
}
