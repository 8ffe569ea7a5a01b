using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Persistence;
using Akka.TestKit;
using Distributed.Cluster.Coordinators;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Stores;
using Distributed.Cluster.Tests.Actors;
using Distributed.Learning.Networks;
using Distributed.Learning.Metrics;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Snapshots;
using Distributed.Protocol.Specification;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Cluster.Tests.Coordinators;

/// <summary>One job's coordinator; the block region, the workers and the watchers are probes.</summary>
public sealed class CoordinatorActorSpec : ActorSpec
{
    private static readonly WorkerId Worker = new("worker");

    private static readonly StartJob Start = new(SampleJob.Id, SampleJob.Specification, SampleJob.Options, null);

    private readonly TestProbe _region;
    private readonly TestProbe _blocks;
    private readonly TestProbe _watcher;
    private readonly TestProbe _workers;

    public CoordinatorActorSpec() : base(NodeRoles.Worker)
    {
        (_region, _blocks, _watcher) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        _workers = ProbeAt(NodeActors.Workers);
    }

    [Fact]
    public void A_question_that_comes_before_the_journal_is_read_is_answered_after_it()
    {
        Open().Tell(new GetJobStatus(SampleJob.Id), TestActor);
        Assert.Equal(JobState.Unknown, ExpectMsg<JobStatus>(Bound).State);
    }

    [Fact]
    public void A_job_is_in_the_journal_before_its_blocks_hear_of_it()
    {
        var coordinator = Open();
        coordinator.Tell(Start);
        Assert.Equal(1, Next<GetBlockState>(_blocks).Term);
        Assert.Equal(
            [new JobSubmitted(SampleJob.Specification, SampleJob.Options), new TermStarted(1), new LineageStarted(1, null, 1)], ReadJournal());
    }

    [Fact]
    public void Blocks_load_and_workers_join_and_then_both_hear_who_computes()
    {
        var coordinator = Open();
        WatchJob(coordinator);
        coordinator.Tell(Start);
        LoadBlock(coordinator);
        var worker = AddWorker(coordinator);
        var assigned = PassUntil<AssignWorker>(worker, coordinator);
        Assert.Equal([new WorkerShare(Worker, assigned.Assignment.Shares[0].Weight)], assigned.Assignment.Shares);
        Assert.Equal(assigned.Assignment, PassUntil<AssignBlock>(_blocks, coordinator).Assignment);
        coordinator.Tell(new BlockAssigned(SampleJob.Id, 0, 1, assigned.Assignment.Number));
        coordinator.Tell(new WorkerAssigned(SampleJob.Id, Worker, 1, assigned.Assignment.Number));
        var started = PassUntil<JobStarted>(_watcher, coordinator);
        Assert.Equal((0L, 1), (started.FromStep, started.Workers));
        Assert.Contains(new TrainingBegan(1), ReadJournal());
    }

    [Fact]
    public void Workers_are_looked_for_on_the_nodes_of_the_cluster_until_the_job_is_over()
    {
        Join();
        var coordinator = Open();
        for (var i = 0; i < 3; i++) PassUntil<GetWorkers>(_workers, coordinator);
        coordinator.Tell(Start);
        Next<GetBlockState>(_blocks);
        coordinator.Tell(new CancelJob(SampleJob.Id));
        PassUntil(() => ReadJournal()[^1] is JobEnded, coordinator, "the job ends");
        while (_workers.HasMessages) _workers.ReceiveOne(TimeSpan.Zero);
        Pass(TimeSpan.FromSeconds(5), coordinator);
        Nothing<GetWorkers>(_workers, coordinator);
    }

    [Fact]
    public void A_worker_whose_actor_ends_gets_no_work_any_more()
    {
        var coordinator = Open();
        WatchJob(coordinator);
        coordinator.Tell(Start);
        LoadBlock(coordinator);
        var worker = AddWorker(coordinator);
        PassUntil<AssignWorker>(worker, coordinator);
        StopPeer(worker, coordinator);
        var without = PassUntil<AssignBlock>(_blocks, coordinator, message => message.Assignment.Shares.Count == 0);
        Assert.True(without.Assignment.Number > 1);
        coordinator.Tell(new GetJobStatus(SampleJob.Id), TestActor);
        Assert.Equal(0, ExpectMsg<JobStatus>(Bound).WorkerCount);
    }

    [Fact]
    public void A_status_names_the_node_of_a_block()
    {
        var coordinator = Open();
        coordinator.Tell(Start);
        LoadBlock(coordinator);
        coordinator.Tell(new GetJobStatus(SampleJob.Id), TestActor);
        Assert.Equal($"{Address.Host}:{Address.Port}", Assert.Single(ExpectMsg<JobStatus>(Bound).Blocks).Node);
    }

    [Fact]
    public void A_watcher_hears_the_end_and_one_that_has_ended_itself_is_forgotten()
    {
        var coordinator = Open();
        WatchJob(coordinator);
        var passing = CreateTestProbe();
        coordinator.Tell(new WatchJob(SampleJob.Id), passing.Ref);
        Next<JobWatched>(passing);
        StopPeer(passing, coordinator);
        coordinator.Tell(Start);
        coordinator.Tell(new CancelJob(SampleJob.Id));
        var end = PassUntil<JobFinished>(_watcher, coordinator).End;
        Assert.True(end.IsWithoutWeights);
        Assert.Equal(end, ReadJournal()[^1]);
    }

    [Fact]
    public async Task While_the_store_takes_nothing_watchers_hear_why_and_blocks_hear_nothing_and_then_it_goes_on()
    {
        var coordinator = Open();
        WatchJob(coordinator);
        await Journal.OnWrite.Fail();
        coordinator.Tell(Start);
        Assert.Contains("the store", PassUntil<JobWaiting>(_watcher, coordinator).Reason, StringComparison.Ordinal);
        Assert.False(_blocks.HasMessages);
        await Journal.OnWrite.Pass();
        PassUntil<GetBlockState>(_blocks, coordinator);
        Assert.Single(ReadJournal().OfType<JobSubmitted>());
    }

    [Fact]
    public async Task A_write_whose_acknowledgement_was_lost_is_not_written_twice()
    {
        var coordinator = Open();
        await FailOneWrite(coordinator);
        WriteJournal("other", new JobSubmitted(SampleJob.Specification, SampleJob.Options)); // as if the failed write had succeeded
        PassUntil<GetBlockState>(_blocks, coordinator);
        Assert.Single(ReadJournal().OfType<JobSubmitted>());
    }

    [Fact]
    public async Task A_coordinator_ends_when_another_one_has_written_to_the_journal_meanwhile()
    {
        var coordinator = Open();
        await FailOneWrite(coordinator);
        WriteJournal("other", new TermStarted(7));
        _region.Watch(coordinator);
        PassUntil<Terminated>(_region, TestActor);
        Assert.Equal([new TermStarted(7)], ReadJournal());
    }

    [Fact]
    public async Task A_journal_that_cannot_be_read_is_read_again_until_it_can()
    {
        WriteJournal("before", new JobSubmitted(SampleJob.Specification, SampleJob.Options));
        await Journal.OnRecovery.Fail();
        var coordinator = Open();
        Pass(TimeSpan.FromSeconds(3), coordinator);
        Assert.False(_blocks.HasMessages);
        await Journal.OnRecovery.Pass();
        Assert.Equal(1, PassUntil<GetBlockState>(_blocks, coordinator).Term);
    }

    [Fact]
    public void A_restarted_coordinator_goes_on_from_its_journal_in_a_higher_term()
    {
        var coordinator = Open();
        coordinator.Tell(Start);
        Assert.Equal(1, Next<GetBlockState>(_blocks).Term);
        RestartByItsSupervisor(coordinator);
        Assert.Equal(2, PassUntil<GetBlockState>(_blocks, coordinator, message => message.Term > 1).Term);
        Assert.Contains(new TermStarted(2), ReadJournal());
    }

    [Fact]
    public async Task A_job_ends_with_the_fingerprint_of_its_stored_weights()
    {
        var weights = Enumerable.Range(0, SampleJob.Parameters).Select(i => i * 0.5f).ToArray();
        await WriteFinishedJob(weights);
        var coordinator = Open();
        WatchJob(coordinator);
        var end = PassUntil<JobFinished>(_watcher, coordinator).End;
        Assert.Equal((JobOutcome.Completed, ParameterHash.Compute(weights)), (end.Outcome, end.WeightsSha256));
        Assert.Equal(end, ReadJournal()[^1]);
    }

    [Fact]
    public async Task A_store_that_cannot_be_read_keeps_no_job_from_ending()
    {
        await WriteFinishedJob(new float[SampleJob.Parameters]);
        await Snapshots.OnLoad.FailIf((id, _) => id != JobJournal.IdOf(SampleJob.Id)); // the journal itself is readable
        var coordinator = Open();
        WatchJob(coordinator);
        var end = PassUntil<JobFinished>(_watcher, coordinator).End;
        Assert.Equal((JobOutcome.Completed, null), (end.Outcome, end.WeightsSha256));
    }

    [Fact]
    public async Task A_coordinator_whose_job_is_over_answers_for_a_while_and_is_then_forgotten()
    {
        await WriteFinishedJob(new float[SampleJob.Parameters]);
        var coordinator = Open();
        WatchJob(coordinator);
        PassUntil<JobFinished>(_watcher, coordinator);
        Pass(TimeSpan.FromSeconds(20), coordinator);
        coordinator.Tell(Start);
        Next<JobFinished>(_watcher);
        Nothing<Passivate>(_region, coordinator);
        Assert.IsType<PoisonPill>(PassUntil<Passivate>(_region, coordinator).StopMessage);
    }

    [Fact]
    public async Task Training_passes_an_epoch_whose_decision_the_journal_does_not_take_yet()
    {
        var coordinator = Open();
        coordinator.Tell(Start with { Specification = SampleJob.Specification with { Epochs = 9 } });
        LoadBlock(coordinator);
        PassUntil<AssignWorker>(AddWorker(coordinator), coordinator);
        PassUntil(() => ReadJournal()[^1] is TrainingBegan, coordinator, "the job has begun");
        await Journal.OnWrite.Fail();
        coordinator.Tell(new EpochCompleted(SampleJob.Id, 1, 0, new ShardMetrics { Samples = 10, Divisor = 10, LossSum = 5 }, null));
        var open = PassUntil<OpenCheckpoint>(_blocks, coordinator);
        coordinator.Tell(new CheckpointOpened(SampleJob.Id, 0, 1, open.Attempt, open.Step), _blocks.Ref);
        PassUntil<OpenBlockEpoch>(_blocks, coordinator, message => message.OpenThrough == 1);
        coordinator.Tell(new EpochCompleted(SampleJob.Id, 1, 1, new ShardMetrics { Samples = 10, Divisor = 10, LossSum = 6 }, null));
        PassUntil<OpenBlockEpoch>(_blocks, coordinator, message => message.OpenThrough == 2);
        Assert.Empty(ReadJournal().OfType<EpochDecided>());
        await Journal.OnWrite.Pass();
        PassUntil(() => ReadJournal().OfType<EpochDecided>().Count() == 2, coordinator, "both epochs are durable");
        Assert.Equal([0, 1], ReadJournal().OfType<EpochDecided>().Select(epoch => epoch.Epoch));
    }

    [Fact]
    public void A_coordinator_that_was_never_given_a_job_is_forgotten()
    {
        Join();
        var coordinator = Open();
        PassUntil<Passivate>(_region, coordinator);
    }

    private IActorRef Open() => ChildOf(_region, CoordinatorActor.Props(SampleJob.Id, _blocks.Ref, NullLogger.Instance, Outage), "job");

    private void WatchJob(IActorRef coordinator)
    {
        coordinator.Tell(new WatchJob(SampleJob.Id), _watcher.Ref);
        Next<JobWatched>(_watcher);
    }

    /// <summary>Answers for block 0: first that it has no state, then that it has loaded what it was told to.</summary>
    private void LoadBlock(IActorRef coordinator)
    {
        const long incarnation = 5;
        var asked = Next<GetBlockState>(_blocks);
        coordinator.Tell(new BlockState(SampleJob.Id, 0, incarnation, asked.Term, asked.Query, 0, 0, null), _blocks.Ref);
        var load = PassUntil<LoadBlock>(_blocks, coordinator);
        Assert.Equal((incarnation, 1L, (Checkpoint?)null), (load.Incarnation, load.Lineage, load.Checkpoint));
        coordinator.Tell(new BlockState(SampleJob.Id, 0, incarnation, load.Term, load.Query, load.Lineage, 0, null), _blocks.Ref);
    }

    private TestProbe AddWorker(IActorRef coordinator)
    {
        var worker = CreateTestProbe();
        coordinator.Tell(new WorkerAvailable(Worker), worker.Ref);
        var join = PassUntil<JoinJob>(worker, coordinator);
        coordinator.Tell(new WorkerReady(SampleJob.Id, Worker, join.Lineage), worker.Ref);
        return worker;
    }

    /// <summary>The job's first event is rejected and the journal child has stopped; it restarts as time passes.</summary>
    private async Task FailOneWrite(IActorRef coordinator)
    {
        Settle(coordinator);
        await Journal.OnWrite.Fail();
        var failed = CreateTestProbe();
        Sys.EventStream.Subscribe(failed.Ref, typeof(Akka.Event.Warning));
        coordinator.Tell(Start);
        failed.FishForMessage(message => message is Akka.Event.Warning { Message: var text } && $"{text}".Contains("trying again", StringComparison.Ordinal), Bound);
        await Journal.OnWrite.Pass();
    }

    private void WriteJournal(string name, params JournalEvent[] events)
    {
        var holder = CreateTestProbe();
        var journal = ChildOf(holder, JobJournal.Props(SampleJob.Id, Outage), name);
        Next<JournalRecovered>(holder);
        foreach (var journalEvent in events)
        {
            journal.Tell(journalEvent);
            Next<JournalWritten>(holder);
        }
        holder.Watch(journal);
        Sys.Stop(journal);
        holder.ExpectTerminated(journal, Bound);
    }

    private IReadOnlyList<JournalEvent> ReadJournal()
    {
        var holder = CreateTestProbe();
        var journal = ChildOf(holder, JobJournal.Props(SampleJob.Id, Outage), "reader");
        var events = Next<JournalRecovered>(holder).Events;
        Sys.Stop(journal);
        return events;
    }

    /// <summary>Writes a journal whose job has completed its last step and lacks only its end.</summary>
    private async Task WriteFinishedJob(float[] weights)
    {
        var specification = SampleJob.Specification with { Epochs = 1 };
        var step = new EpochPlan(specification).BoundaryAfter(0);
        var range = new IndexRange(0, weights.Length);
        var snapshot = new BlockSnapshot(SampleJob.Id, 0, 1, step, range, weights, new float[weights.Length], default);
        var bytes = new byte[BlockPartCodec.LengthOf(snapshot, range)];
        BlockPartCodec.Copy(snapshot, range, bytes);
        BlockPartCodec.Seal(bytes);
        var part = new SnapshotPart(0, weights.Length, PartsSweep.PersistenceIdOf(SampleJob.Id, 1, 0, 1), step, BlockPartCodec.ChecksumOf(bytes));
        await SnapshotStore.Ask<SaveSnapshotSuccess>(new SaveSnapshot(new SnapshotMetadata(part.PersistenceId, step, DateTime.UtcNow), bytes), Bound);
        WriteJournal(
            "before", new JobSubmitted(specification, SampleJob.Options), new TermStarted(1), new LineageStarted(1, null, 1),
            new EpochDecided(0, true, StopReason.Epochs, new EpochMetrics { TrainLoss = 1 }),
            new CheckpointCommitted(new Checkpoint(step, 1, [part], default, weights.Length)));
    }
}
