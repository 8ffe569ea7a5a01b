using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Tests.Specification;

namespace Distributed.Protocol.Tests.Rules;

public sealed class ParameterBlockTests
{
    private const long Incarnation = 7;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly WorkerId Worker = new("w1");

    private readonly Recorder _effects = new();
    private readonly ParameterBlock _block;
    private readonly int _length;

    public ParameterBlockTests()
    {
        _block = new ParameterBlock(SampleJobs.Job, 0, Incarnation, new BlockTimes(), _effects);
        _length = new Network(SampleJobs.Small.Network).Layout.Count;
    }

    [Fact]
    public void A_complete_step_is_applied_once_and_its_weights_are_pushed()
    {
        Load();
        Assign();
        Push(step: 0, new ReductionNode(0, 1));
        Push(step: 0, new ReductionNode(0, 1)); // duplicate
        Assert.Equal(0, _block.Step);
        Push(step: 0, new ReductionNode(1, 1));
        Assert.Equal(1, _block.Step);
        Assert.Equal(1, Assert.Single(_effects.Take<WeightsUpdated>()).Step);
        Push(step: 0, new ReductionNode(0, 2)); // too late
        Assert.Equal(1, _block.Step);
    }

    [Fact]
    public void A_gradient_of_another_lineage_is_given_back_unread()
    {
        Load(lineage: 2);
        var lease = new Lease();
        _block.OnPushGradient(Gradient(0, new ReductionNode(0, 2)) with { Lineage = 1, Lease = lease }, Second);
        Assert.Equal(0, _block.Step);
        Assert.True(lease.IsDisposed);
    }

    [Fact]
    public void A_gradient_of_a_sender_that_no_assignment_named_is_given_back_unread_and_asked_for_nowhere()
    {
        Load();
        Assign();
        foreach (WorkerId[] from in new WorkerId[][] { [], [new WorkerId("stranger")] })
        {
            var lease = new Lease();
            _block.OnPushGradient(Gradient(0, new ReductionNode(0, 2)) with { From = from, Lease = lease }, Second);
            Assert.True(lease.IsDisposed);
            Assert.Equal((0, 0), (_block.Step, _block.PendingNodes));
        }
        Assert.Equal(2, _effects.Refused.Count);
        Push(step: 0, new ReductionNode(0, 2));
        Assert.Equal(1, _block.Step);
        Assert.Equal(2, _effects.Refused.Count);
    }

    [Fact]
    public void A_worker_that_lost_its_shards_may_still_send_what_it_computed_and_one_of_another_lineage_may_not()
    {
        var second = new WorkerId("w2");
        Load();
        Assign(number: 1, workers: [Worker, second]);
        Assign(number: 2, workers: [Worker]);
        _block.OnPushGradient(Gradient(0, new ReductionNode(0, 2)) with { From = [second] }, Second);
        Assert.Equal(1, _block.Step);
        Load(lineage: 2);
        Assign(lineage: 2, number: 3);
        _block.OnPushGradient(Gradient(0, new ReductionNode(0, 2)) with { Lineage = 2, From = [second] }, Second);
        Assert.Equal((0, 0), (_block.Step, _block.PendingNodes));
    }

    [Fact]
    public void A_node_that_overtook_its_assignment_is_asked_for_as_soon_as_the_assignment_is_here()
    {
        Load();
        _block.OnTick(Second);
        Push(step: 0, new ReductionNode(0, 2));
        Assert.Equal(0, _block.PendingNodes);
        _effects.Sent.Clear();
        Assign();
        Assert.Equal(new IndexRange(0, 2), Assert.Single(_effects.Sent.OfType<GetMissingNodes>()).Leaves);
        Push(step: 0, new ReductionNode(0, 2));
        Assert.Equal(1, _block.Step);
    }

    [Fact]
    public void A_lineage_is_loaded_by_the_incarnation_that_is_named_alone()
    {
        _block.OnLoadBlock(LoadMessage(1) with { Incarnation = Incarnation + 1 });
        Assert.True(_block.IsEmpty);
        Assert.Equal(Incarnation, Assert.Single(_effects.Take<BlockState>()).Incarnation);
    }

    [Fact]
    public void A_command_of_an_older_term_is_not_obeyed()
    {
        Load(term: 2);
        _effects.Sent.Clear();
        _block.OnGetBlockState(new GetBlockState(SampleJobs.Job, 0, Term: 1, Query: 9));
        _block.OnEnd(new EndBlock(SampleJobs.Job, 0, Term: 1, Lineage: 1));
        Assert.Empty(_effects.Sent);
        Assert.False(_block.IsEmpty);
    }

    [Fact]
    public void A_late_word_of_the_end_ends_nothing_that_began_since()
    {
        Load(lineage: 2);
        _block.OnEnd(new EndBlock(SampleJobs.Job, 0, Term: 1, Lineage: 1));
        Assert.False(_block.IsEmpty);
        _block.OnEnd(new EndBlock(SampleJobs.Job, 0, Term: 1, Lineage: 2));
        Assert.True(_block.IsEmpty);
    }

    [Fact]
    public void A_word_that_gives_up_one_attempt_leaves_the_next_one_alone()
    {
        Load();
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 1, Step: 0));
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 2, Step: 0));
        _block.OnSnapshotStored(1, 0, [new SnapshotPart(0, _length, "p", 1, 0)]);
        _block.OnCloseCheckpoint(new CloseCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 1, Step: 0, IsCommitted: false));
        Assert.Empty(_effects.Deleted);
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 1, Step: 5)); // overtaken
        _effects.Sent.Clear();
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 2, Step: 0));
        Assert.Equal(2, Assert.Single(_effects.Take<SnapshotSaved>()).Attempt);
    }

    [Fact]
    public void A_kept_copy_is_that_of_its_step_and_is_stored_when_it_is_asked_for_again()
    {
        Load();
        Assign();
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 1, Step: 0) { KeepInMemory = true });
        Assert.Equal(0, Assert.Single(_effects.Snapshots).Step);
        Assert.Single(_effects.Take<CheckpointOpened>());
        Push(step: 0, new ReductionNode(0, 2));
        Assert.Empty(_effects.Storing);
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 1, Step: 0));
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 1, Step: 0) { KeepInMemory = true }); // arrives late
        Assert.Equal([0L], _effects.Storing);
        Assert.Single(_effects.Snapshots);
        _block.OnSnapshotStored(1, 0, [new SnapshotPart(0, _length, "p", 0, 0)]);
        Assert.Equal(0, Assert.Single(_effects.Take<SnapshotSaved>()).Step);
    }

    [Fact]
    public void A_newer_kept_copy_replaces_the_one_before_and_not_the_snapshot_that_is_being_stored()
    {
        Load();
        Assign();
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 1, Step: 0));
        Push(step: 0, new ReductionNode(0, 2));
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 2, Step: 1) { KeepInMemory = true });
        Push(step: 1, new ReductionNode(0, 2));
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 3, Step: 2) { KeepInMemory = true });
        Assert.Equal([1L], _effects.Forgotten);
        Assert.Equal([0L], _effects.Storing);
        _effects.Sent.Clear();
        _block.OnSnapshotStored(1, 0, [new SnapshotPart(0, _length, "p", 0, 0)]);
        Assert.Equal(1, Assert.Single(_effects.Take<SnapshotSaved>()).Attempt);
        _block.OnGetBlockState(new GetBlockState(SampleJobs.Job, 0, 1, 1));
        Assert.Equal(2, Assert.Single(_effects.Take<BlockState>()).Copied);
    }

    [Fact]
    public void A_checkpoint_that_is_asked_for_behind_a_kept_copy_of_a_later_step_is_too_late()
    {
        Load();
        Assign();
        for (var step = 0; step < 3; step++) Push(step, new ReductionNode(0, step < 2 ? 2 : 1));
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 2, Step: 3) { KeepInMemory = true });
        _effects.Sent.Clear();
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 1, Step: 2));
        Assert.Equal(1, Assert.Single(_effects.Take<CheckpointTooLate>()).Attempt);
    }

    [Fact]
    public void Parts_that_were_given_up_are_deleted_and_committed_ones_are_not()
    {
        foreach (var isCommitted in new[] { true, false })
        {
            Load(lineage: isCommitted ? 1 : 2);
            var lineage = _block.Lineage;
            _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, lineage, Attempt: lineage, Step: 0));
            _block.OnSnapshotStored(lineage, 0, [new SnapshotPart(0, _length, "p", 1, 0)]);
            _block.OnCloseCheckpoint(new CloseCheckpoint(SampleJobs.Job, 0, 1, lineage, Attempt: lineage, Step: 0, isCommitted));
            Assert.Equal(isCommitted ? 0 : 1, _effects.Deleted.Count);
        }
    }

    [Fact]
    public void A_step_that_is_passed_cannot_be_captured()
    {
        Load();
        Assign();
        Push(step: 0, new ReductionNode(0, 2));
        _effects.Sent.Clear();
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 1, Step: 0));
        Assert.Equal(1, Assert.Single(_effects.Take<CheckpointTooLate>()).BlockStep);
        Assert.Empty(_effects.Snapshots);
    }

    [Fact]
    public void After_an_update_that_is_not_finite_nothing_is_captured()
    {
        Load();
        Assign();
        var values = new float[_length];
        values[0] = float.PositiveInfinity;
        _block.OnPushGradient(Gradient(0, new ReductionNode(0, 2)) with { Values = values }, Second);
        Assert.Equal(0, Assert.Single(_effects.Take<TrainingDiverged>()).Step);
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 1, Step: 0));
        Assert.Empty(_effects.Snapshots); // the optimizer's state is already that of the failed step
    }

    [Fact]
    public void A_gradient_of_the_next_epoch_proves_that_the_epoch_is_open()
    {
        Load();
        Assign();
        for (var step = 0; step < 3; step++) Push(step, new ReductionNode(0, step < 2 ? 2 : 1)); // to the end of the epoch
        Push(step: 3, new ReductionNode(0, 1));
        _effects.Sent.Clear();
        _block.OnTick(Second * 100);
        Assert.Equal(new IndexRange(1, 1), Assert.Single(_effects.Take<GetMissingNodes>()).Leaves); // the message that opens it was lost
    }

    [Fact]
    public void Withheld_weights_are_given_to_nobody()
    {
        Load();
        Assign();
        _block.OnHold(new HoldBlock(SampleJobs.Job, 0, 1, 1));
        Push(step: 0, new ReductionNode(0, 2));
        Assert.Contains(_effects.Sent, message => message is BlockHeld { Step: 1 });
        _block.OnGetWeights(new GetWeights(SampleJobs.Job, 0, 1, Worker));
        Assert.Equal(0, Assert.Single(_effects.Take<WeightsUpdated>()).Step);
    }

    private static LoadBlock LoadMessage(long lineage, long term = 1) =>
        new(SampleJobs.Job, 0, term, Query: 1, Incarnation, lineage, Blocks: 1, SampleJobs.Small, Checkpoint: null, OpenThrough: 0);

    [Fact]
    public void Validation_shards_that_do_not_come_are_asked_for_and_then_called_late()
    {
        var specification = SampleJobs.With(training: 4, batch: 4, shard: 2, validation: 300); // one step, two validation shards
        _block.OnLoadBlock(LoadMessage(1) with { Specification = specification });
        Assign();
        Push(step: 0, new ReductionNode(0, 2));
        _effects.Sent.Clear();
        _block.OnPushEvaluation(new PushEvaluation(SampleJobs.Job, 0, 1, 0, new ReductionNode(0, 1), new ShardMetrics { Samples = 256 }), Second);
        for (var now = Second; !_effects.Sent.OfType<EvaluationLate>().Any() && now < Second * 3600; now += Second / 10) _block.OnTick(now);
        Assert.NotEmpty(_effects.Sent.OfType<GetMissingEvaluation>());
        Assert.Equal([new IndexRange(1, 1)], Assert.Single(_effects.Take<EvaluationLate>()).Missing);
        _block.OnPushEvaluation(new PushEvaluation(SampleJobs.Job, 0, 1, 0, new ReductionNode(1, 1), new ShardMetrics { Samples = 44 }), Second * 3600);
        Assert.Equal(300, _effects.Take<EpochCompleted>()[^1].Validation!.Value.Samples);
    }

    [Fact]
    public void Who_was_just_given_what_is_missing_is_not_late_with_it_yet()
    {
        Load();
        Assign();
        var now = Second;
        for (; !_effects.Sent.OfType<StepLate>().Any(); now += Second / 10) _block.OnTick(now);
        var late = now;
        _block.OnTick(now += Second * 15);
        _block.OnAssign(new AssignBlock(SampleJobs.Job, 0, 1, 1, new Assignment(2, [new WorkerShare(new WorkerId("w2"), 1)]), 0));
        _effects.Sent.Clear();
        for (; !_effects.Sent.OfType<StepLate>().Any(); now += Second / 10) _block.OnTick(now);
        Assert.InRange(now - late, Second * 34, Second * 36); // 20 s from the assignment while no usual step time is known
    }

    [Fact]
    public void A_machine_that_stood_still_in_one_step_makes_nobody_wait_as_long_in_the_next()
    {
        Load();
        Assign();
        var now = Second * 3600;
        _block.OnPushGradient(Gradient(0, new ReductionNode(0, 2)), now); // step 0 took an hour by the clock
        _effects.Sent.Clear();
        var began = now;
        for (; !_effects.Sent.OfType<StepLate>().Any() && now < began + (Second * 3600); now += Second / 10) _block.OnTick(now);
        Assert.InRange(now - began, Second, Second * 21); // no longer than for a first step, with no usual time known
    }

    [Fact]
    public void A_new_lineage_begins_with_nothing_of_the_one_before()
    {
        Load();
        Assign();
        _block.OnHold(new HoldBlock(SampleJobs.Job, 0, 1, 1));
        Push(step: 0, new ReductionNode(0, 2));
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, Attempt: 9, Step: 1));
        var lease = new Lease();
        _block.OnPushGradient(Gradient(1, new ReductionNode(0, 1)) with { Lease = lease }, Second);

        Load(lineage: 2);

        Assert.True(lease.IsDisposed);
        Assert.Equal([1L], _effects.Forgotten);
        Assert.Equal((2, 0, 0), (_block.Lineage, _block.Step, _block.PendingNodes));
        Assert.Null(_effects.Sent.OfType<BlockState>().Last().Copied);
        _effects.Sent.Clear();
        Assign(lineage: 2);
        _block.OnAssign(new AssignBlock(SampleJobs.Job, 0, 1, 2, new Assignment(2, []), 0));
        _effects.Sent.Clear();
        for (var step = 0; step < 2; step++) // neither held nor assigned any more
            _block.OnPushGradient(Gradient(step, new ReductionNode(0, 2)) with { Lineage = 2 }, Second * 2);
        Assert.Equal(2, _block.Step);
        Assert.Empty(_effects.Take<WeightsUpdated>());
        _block.OnGetWeights(new GetWeights(SampleJobs.Job, 0, 2, Worker));
        Assert.Equal([1L, 2L], _effects.Take<WeightsUpdated>().Select(weights => weights.Step));
        _block.OnOpenCheckpoint(new OpenCheckpoint(SampleJobs.Job, 0, 1, 2, Attempt: 1, Step: 2)); // attempts of another lineage do not count
        Assert.Equal(1, Assert.Single(_effects.Take<CheckpointOpened>()).Attempt);
    }

    [Fact]
    public void A_lineage_that_diverged_says_nothing_in_the_next_one()
    {
        Load();
        Assign();
        var values = new float[_length];
        values[0] = float.PositiveInfinity;
        _block.OnPushGradient(Gradient(0, new ReductionNode(0, 2)) with { Values = values }, Second);
        Load(lineage: 2);
        _effects.Sent.Clear();
        _block.OnTick(Second * 100);
        Assert.Empty(_effects.Sent.OfType<TrainingDiverged>());
        Assign(lineage: 2);
        _block.OnPushGradient(Gradient(0, new ReductionNode(0, 2)) with { Lineage = 2 }, Second * 100);
        Assert.Equal(1, _block.Step);
    }

    private void Load(long lineage = 1, long term = 1) => _block.OnLoadBlock(LoadMessage(lineage, term));

    private void Assign(long lineage = 1, long number = 1, params WorkerId[] workers) => _block.OnAssign(new AssignBlock(
        SampleJobs.Job, 0, 1, lineage, new Assignment(number, [.. (workers.Length > 0 ? workers : [Worker]).Select(worker => new WorkerShare(worker, 1))]), 0));

    private void Push(long step, ReductionNode node) => _block.OnPushGradient(Gradient(step, node), Second);

    private PushGradient Gradient(long step, ReductionNode node) => new(
        SampleJobs.Job, 0, 1, step, node, new float[_length], new ShardMetrics { Samples = 2 * node.Count, Divisor = 2 * node.Count }, null)
    { From = [Worker] };

    private sealed class Lease : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
