using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.TestKit;
using Distributed.Cluster.Messages;
using Distributed.Cluster.ParameterBlocks;
using Distributed.Cluster.TensorPlane;
using Distributed.Cluster.Tests.Actors;
using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Cluster.Tests.ParameterBlocks;

/// <summary>A single parameter block; the coordinator, the workers and the region are probes.</summary>
public sealed class ParameterBlockActorSpec : ActorSpec
{
    private static readonly WorkerId Worker = new("worker");

    private readonly DataPlane _plane = new();
    private readonly TestProbe _coordinator;
    private readonly TestProbe _worker;
    private readonly TestProbe _region;
    private readonly IActorRef _block;

    public ParameterBlockActorSpec()
    {
        (_coordinator, _worker, _region) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        _block = Start("block");
    }

    [Fact]
    public void A_block_that_was_just_started_answers_that_it_has_no_state_and_loads_the_initial_weights_when_told()
    {
        var state = AskState(term: 1);
        Assert.Equal((0L, 0L, 1L), (state.Lineage, state.Step, state.Term));
        Load(lineage: 1, checkpoint: null);
        Connect();
        _block.Tell(new GetWeights(SampleJob.Id, 0, 1, Worker));
        var weights = Next<WeightsUpdated>(_worker);
        Assert.Equal((1L, 0L), (weights.Lineage, weights.Step));
        Assert.Equal(InitialWeights(), weights.Values.ToArray());
    }

    [Fact]
    public void A_worker_that_connects_hears_where_the_block_takes_gradients()
    {
        Connect();
        Assert.Contains(_block, _plane.Blocks);
    }

    [Fact]
    public void A_complete_gradient_is_answered_with_the_weights_of_the_next_step_to_whom_the_assignment_names()
    {
        Train();
        PushGradient(step: 0);
        var weights = Next<WeightsUpdated>(_worker);
        Assert.Equal(1, weights.Step);
        // Momentum's first update: the learning rate times the mean gradient.
        Assert.Equal(InitialWeights().Select(weight => weight - 0.1f * 0.5f), weights.Values.ToArray(), (a, b) => Math.Abs(a - b) < 1e-6f);
    }

    [Fact]
    public async Task A_gradient_counts_by_the_node_it_came_from_and_one_of_another_node_is_dropped()
    {
        Train();
        var returned = new TaskCompletionSource();
        _block.Tell(new GradientArrived("elsewhere", Gradient(0) with { From = [Worker], Lease = new Lease(returned) }));
        await returned.Task.WaitAsync(Bound);
        Nothing<WeightsUpdated>(_worker, _block);
        _block.Tell(new GradientArrived(_plane.Endpoint.Node, Gradient(0) with { From = [] }));
        Assert.Equal(1, Next<WeightsUpdated>(_worker).Step);
    }

    [Fact]
    public void Where_the_time_of_steps_goes_is_told_about_once_a_second()
    {
        Train();
        PushGradient(step: 0);
        Next<WeightsUpdated>(_worker);
        Assert.Equal(0, PassUntil<BlockMeasured>(_coordinator, _block).Block);
        Pass(TimeSpan.FromSeconds(2), _block);
        Nothing<BlockMeasured>(_coordinator, _block); // no step since then
    }

    [Fact]
    public void A_gradient_that_does_not_come_is_asked_for_when_time_has_passed()
    {
        Train();
        Assert.Equal((1L, 0L), PassUntil<GetMissingNodes>(_worker, _block) is { } asked ? (asked.Lineage, asked.Step) : default);
    }

    [Fact]
    public void The_coordinator_hears_at_once_of_a_worker_whose_actor_ends()
    {
        Connect();
        StopPeer(_worker, _block);
        Assert.Equal(Worker, Next<WorkerLeft>(_coordinator).Worker);
    }

    [Fact]
    public void The_end_of_an_actor_that_a_worker_has_replaced_is_no_loss()
    {
        Connect();
        var successor = CreateTestProbe();
        _block.Tell(new ConnectBlock(SampleJob.Id, 0, Worker, _plane.Endpoint), successor.Ref);
        Next<BlockConnected>(successor);
        StopPeer(_worker, _block);
        Nothing<WorkerLeft>(_coordinator, _block);
        StopPeer(successor, _block);
        Assert.Equal(Worker, Next<WorkerLeft>(_coordinator).Worker);
    }

    [Fact]
    public void The_coordinator_hears_at_once_of_a_worker_whose_node_is_lost()
    {
        Connect();
        _block.Tell(new PeerConnected("here"));
        _block.Tell(new PeerLost("elsewhere", "closed"));
        _block.Tell(new PeerLost("here", "closed"));
        Assert.Contains("closed", Next<WorkerLeft>(_coordinator).Reason, StringComparison.Ordinal);
        Nothing<WorkerLeft>(_coordinator, _block);
    }

    [Fact]
    public void A_checkpoint_is_durable_and_another_block_loads_the_same_bits_from_it()
    {
        Train();
        PushGradient(step: 0);
        var weights = Next<WeightsUpdated>(_worker).Values.ToArray();
        var checkpoint = Save(step: 1);
        Assert.Equal(SampleJob.Parameters, checkpoint.Parts.Sum(part => part.Count));

        Load(lineage: 2, checkpoint);
        _block.Tell(new GetWeights(SampleJob.Id, 0, 2, Worker));
        var loaded = Next<WeightsUpdated>(_worker, message => message.Lineage == 2);
        Assert.Equal(1, loaded.Step);
        Assert.Equal(weights, loaded.Values.ToArray());
    }

    [Fact]
    public async Task A_snapshot_that_the_store_refuses_is_stored_when_the_store_is_back()
    {
        Load(lineage: 1, checkpoint: null);
        await Snapshots.OnSave.Fail();
        _block.Tell(new OpenCheckpoint(SampleJob.Id, 0, 1, 1, 1, 0));
        for (var i = 0; i < 3; i++) Assert.Equal(0, PassUntil<SnapshotDelayed>(_coordinator, _block).Step);
        await Snapshots.OnSave.Pass();
        Assert.Equal(0, PassUntil<SnapshotSaved>(_coordinator, _block).Step);
    }

    [Fact]
    public async Task A_snapshot_that_is_given_up_is_not_tried_again()
    {
        Load(lineage: 1, checkpoint: null);
        await Snapshots.OnSave.Fail();
        _block.Tell(new OpenCheckpoint(SampleJob.Id, 0, 1, 1, 1, 0));
        PassUntil<SnapshotDelayed>(_coordinator, _block);
        _block.Tell(new CloseCheckpoint(SampleJob.Id, 0, 1, 1, 1, 0, IsCommitted: false));
        await Snapshots.OnSave.Pass();
        Pass(TimeSpan.FromSeconds(10), _block);
        Nothing<SnapshotSaved>(_coordinator, _block);
        Save(step: 0, attempt: 2); // the next snapshot is stored
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_asked_again_until_the_block_has_loaded()
    {
        Load(lineage: 1, checkpoint: null);
        var checkpoint = Save(step: 0);
        await Snapshots.OnLoad.Fail();
        var attempts = 0;
        await Snapshots.OnLoad.FailIf((_, _) => Interlocked.Increment(ref attempts) > 0);
        _block.Tell(LoadMessage(AskState(term: 1).Incarnation, lineage: 2, checkpoint));
        PassUntil(() => Volatile.Read(ref attempts) >= 3, _block, "the store is asked three times");
        await Snapshots.OnLoad.Pass();
        PassUntil<BlockState>(_coordinator, _block, state => state.Lineage == 2);
    }

    [Fact]
    public void A_part_that_is_not_in_the_store_is_told_at_once()
    {
        Load(lineage: 1, checkpoint: null);
        var part = new SnapshotPart(0, SampleJob.Parameters, "nowhere", 4, 0);
        _block.Tell(LoadMessage(AskState(term: 1).Incarnation, lineage: 2, new Checkpoint(4, 1, [part], default, SampleJob.Parameters)));
        var failed = Next<BlockLoadFailed>(_coordinator);
        Assert.Equal(2, failed.Lineage);
        Assert.Contains("nowhere", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_that_throws_says_why_and_its_successor_has_no_state()
    {
        var before = Load(lineage: 1, checkpoint: null);
        _block.Tell(new Status.Failure(new InsufficientMemoryException()));
        var failed = Next<BlockFailed>(_coordinator);
        Assert.Equal((before.Incarnation, 1L, true), (failed.Incarnation, failed.Lineage, failed.IsOutOfMemory));
        var after = AskState(term: 2);
        Assert.Equal(0, after.Lineage);
        Assert.NotEqual(before.Incarnation, after.Incarnation);
    }

    [Fact]
    public void The_end_of_the_job_stops_the_block_and_a_word_of_an_older_term_does_not()
    {
        Load(lineage: 1, checkpoint: null, term: 2);
        _block.Tell(new EndBlock(SampleJob.Id, 0, 1, 1));
        Nothing<Passivate>(_region, _block);
        _block.Tell(new EndBlock(SampleJob.Id, 0, 2, 1));
        var passivate = Next<Passivate>(_region);
        Watch(_block);
        _block.Tell(passivate.StopMessage);
        ExpectTerminated(_block, Bound);
        Assert.Empty(_plane.Blocks);
    }

    [Fact]
    public void A_block_whose_node_shuts_down_goes_when_its_coordinator_lets_it()
    {
        var state = Load(lineage: 1, checkpoint: null);
        _block.Tell(new MoveBlock(), TestActor);
        Assert.Equal(state.Incarnation, Next<BlockLeaving>(_coordinator).Incarnation);
        PassUntil<BlockLeaving>(_coordinator, _block); // sent again
        Assert.False(HasMessages);
        _block.Tell(new ReleaseBlock(SampleJob.Id, 0, 1, 1));
        ExpectMsg<BlockMayMove>(Bound);
    }

    [Fact]
    public void A_block_without_state_may_move_at_once()
    {
        _block.Tell(new MoveBlock(), TestActor);
        ExpectMsg<BlockMayMove>(Bound);
    }

    private IActorRef Start(string name) => ChildOf(_region, ParameterBlockActor.Props(
        SampleJob.Id, 0, _coordinator.Ref, new NodeWeights(), _plane, NullLogger.Instance, Outage), name);

    private BlockState AskState(long term)
    {
        _block.Tell(new GetBlockState(SampleJob.Id, 0, term, 1));
        return Next<BlockState>(_coordinator, state => state.Term == term);
    }

    private BlockState Load(long lineage, Checkpoint? checkpoint, long term = 1)
    {
        _block.Tell(LoadMessage(AskState(term).Incarnation, lineage, checkpoint, term));
        return Next<BlockState>(_coordinator, state => state.Lineage == lineage);
    }

    private static LoadBlock LoadMessage(long incarnation, long lineage, Checkpoint? checkpoint, long term = 1) =>
        new(SampleJob.Id, 0, term, 2, incarnation, lineage, 1, SampleJob.Specification, checkpoint, 0);

    private void Connect()
    {
        _block.Tell(new ConnectBlock(SampleJob.Id, 0, Worker, _plane.Endpoint), _worker.Ref);
        Assert.Equal(_plane.Endpoint, Next<BlockConnected>(_worker).Endpoint);
    }

    /// <summary>Trains a block of lineage 1 whose only worker computes everything.</summary>
    private void Train()
    {
        Load(lineage: 1, checkpoint: null);
        Connect();
        _block.Tell(new AssignBlock(SampleJob.Id, 0, 1, 1, new Assignment(1, [new WorkerShare(Worker, 1)]), 0));
        Assert.Equal(1, Next<BlockAssigned>(_coordinator).Number);
    }

    private void PushGradient(long step) => _block.Tell(Gradient(step), _worker.Ref);

    private sealed class Lease(TaskCompletionSource returned) : IDisposable
    {
        public void Dispose() => returned.SetResult();
    }

    private static PushGradient Gradient(long step) => new(
        SampleJob.Id, 0, 1, step, new ReductionNode(0, 2), Enumerable.Repeat(2f, SampleJob.Parameters).ToArray(),
        new ShardMetrics { LossSum = 1, Divisor = 4, Samples = 4 }, null)
    { From = [Worker] };

    private Checkpoint Save(long step, long attempt = 1)
    {
        _block.Tell(new OpenCheckpoint(SampleJob.Id, 0, 1, 1, attempt, step));
        Assert.Equal(step, Next<CheckpointOpened>(_coordinator).Step);
        var saved = Next<SnapshotSaved>(_coordinator);
        return new Checkpoint(step, 1, saved.Parts, saved.Totals, SampleJob.Parameters);
    }

    private static float[] InitialWeights()
    {
        var network = new Network(SampleJob.Specification.Network);
        var weights = new float[network.Layout.Count];
        network.Initialize(SampleJob.Specification.Seed, weights);
        return weights;
    }
}
