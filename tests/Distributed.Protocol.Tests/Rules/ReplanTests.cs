using Distributed.Protocol.Coordinator;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Snapshots;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Tests.Specification;

namespace Distributed.Protocol.Tests.Rules;

/// <summary>Shares follow the workers' measured speeds.</summary>
public sealed class ReplanTests : ICoordinatorEffects
{
    private static readonly WorkerId[] Workers = [new("w1"), new("w2")];
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly Queue<Action> _answers = new();
    private WorkerId? _deaf;
    private readonly TrainingRun _run;
    private TimeSpan _now = Second;

    /// <summary>13 shards per step and 4 validation shards, one block, two workers with equal shares.</summary>
    public ReplanTests()
    {
        _run = new TrainingRun(SampleJobs.Job, new JobHistory(), new CoordinatorTimes(), this);
        _run.OnStart(new StartJob(SampleJobs.Job, SampleJobs.With(training: 260, batch: 26, shard: 2, validation: 1024), new RunOptions { MinimumWorkers = 2 }, null), _now);
        foreach (var worker in Workers) _run.OnWorkerUp(worker, _now);
        Pass(Second);
        foreach (var worker in Workers) _run.OnWorkerReady(new WorkerReady(SampleJobs.Job, worker, 1), _now);
        Pass(Second);
    }

    [Fact]
    public void Shares_are_equal_at_first_and_stay_so_while_speeds_are_about_equal()
    {
        Assert.Equal([1, 1], Weights);
        for (var i = 0; i < 30; i++)
        {
            Measure(100, 95 - i % 3);
            Pass(Second);
        }
        Assert.Equal([1, 1], Weights);
    }

    [Fact]
    public void A_slow_worker_gets_less_and_the_next_change_waits_ten_seconds()
    {
        Measure(100, 30);
        Pass(Second);
        Assert.Equal([10, 3], Weights);
        var changed = _now;
        while (_now - changed < Second * 9)
        {
            Measure(100, 100);
            Pass(Second);
            Assert.Equal([10, 3], Weights);
        }
        Measure(100, 100);
        Pass(Second * 2);
        Assert.Equal([7, 6], Weights);
    }

    [Fact]
    public void A_worker_that_comes_counts_as_average_and_one_that_goes_leaves_its_share()
    {
        Measure(100, 30);
        Pass(Second);
        var third = new WorkerId("w3");
        _run.OnWorkerUp(third, _now);
        _run.OnWorkerReady(new WorkerReady(SampleJobs.Job, third, 1), _now);
        Pass(Second);
        Assert.Equal([7, 2, 4], Weights);
        _run.OnWorkerLeft(Workers[0], _now);
        Assert.Equal([7, 6], Weights);
    }

    [Fact]
    public void One_that_got_nothing_because_it_was_slow_is_tried_again_later()
    {
        Measure(100, 4);
        Pass(Second);
        Assert.Equal([13, 0], Weights);
        for (var i = 0; i < 29; i++)
        {
            _run.OnWorkerMeasured(new WorkerMeasured(SampleJobs.Job, Workers[0], 100), _now);
            Pass(Second);
            Assert.Equal([13, 0], Weights);
        }
        for (var i = 0; i < 100; i++)
        {
            _run.OnWorkerMeasured(new WorkerMeasured(SampleJobs.Job, Workers[0], 100), _now);
            Pass(Second);
        }
        Assert.True(Weights[1] > 0, "it never got another chance");
    }

    [Fact]
    public void The_owner_of_late_validation_shards_leaves_them_to_others_for_a_while()
    {
        _run.OnEvaluationLate(new EvaluationLate(SampleJobs.Job, Lineage: 7, Epoch: 0, [new IndexRange(2, 2)]), _now); // of another lineage
        Assert.Equal([1, 1], Weights);
        _run.OnEvaluationLate(new EvaluationLate(SampleJobs.Job, Lineage: 1, Epoch: 0, [new IndexRange(3, 1)]), _now);
        Assert.Equal([1, 0], Weights);
        for (var i = 0; i < 10; i++) Pass(Second);
        Assert.Equal([1, 1], Weights);
    }

    [Fact]
    public void A_late_worker_that_answers_keeps_the_shards_of_one_that_does_not()
    {
        _deaf = Workers[1];
        _run.OnStepLate(new StepLate(SampleJobs.Job, 0, 1, 0, [new IndexRange(7, 6)]), _now);
        Pass(Second / 10);
        Assert.Equal([1, 0], Weights);
        _run.OnStepLate(new StepLate(SampleJobs.Job, 0, 1, 0, [new IndexRange(7, 6)]), _now); // the busy worker's, this time
        for (var i = 0; i < 30; i++)
        {
            Pass(Second / 2);
            Assert.Equal([1, 0], Weights);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_speed_that_is_none_changes_nothing(double speed)
    {
        Measure(100, speed);
        Pass(Second);
        Assert.Equal([1, 1], Weights);
    }

    private int[] Weights => [.. _run.Assignment.Shares.Select(share => share.Weight)];

    private void Measure(double first, double second)
    {
        _run.OnWorkerMeasured(new WorkerMeasured(SampleJobs.Job, Workers[0], first), _now);
        _run.OnWorkerMeasured(new WorkerMeasured(SampleJobs.Job, Workers[1], second), _now);
    }

    private void Pass(TimeSpan time)
    {
        _now += time;
        _run.OnTick(_now);
        while (_answers.TryDequeue(out var answer)) answer();
    }

    void ICoordinatorEffects.PersistEpochs(IReadOnlyList<EpochDecided> epochs) => Assert.Fail("no epoch ends here");

    bool ICoordinatorEffects.BlocksAreHere => false;

    void ICoordinatorEffects.Persist(JournalEvent journalEvent) => _answers.Enqueue(() => _run.OnPersisted(journalEvent, _now));

    void ICoordinatorEffects.ToBlock(IBlockMessage message)
    {
        if (message is GetBlockState ask)
            _answers.Enqueue(() => _run.OnBlockState(new BlockState(ask.Job, ask.Block, 1, ask.Term, ask.Query, _run.History.Lineage?.Lineage ?? 0, 0, null), _now));
        if (message is LoadBlock load)
            _answers.Enqueue(() => _run.OnBlockState(new BlockState(load.Job, load.Block, 1, load.Term, load.Query, load.Lineage, 0, null), _now));
        if (message is AssignBlock assign) _answers.Enqueue(() => _run.OnBlockAssigned(new BlockAssigned(assign.Job, 0, assign.Lineage, assign.Assignment.Number), _now));
    }

    void ICoordinatorEffects.ToWorker(WorkerId worker, IWorkerMessage message)
    {
        if (message is AssignWorker assign && worker != _deaf)
            _answers.Enqueue(() => _run.OnWorkerAssigned(new WorkerAssigned(assign.Job, worker, assign.Lineage, assign.Assignment.Number), _now));
    }

    void ICoordinatorEffects.Publish(JobEvent jobEvent)
    {
    }

    void ICoordinatorEffects.DeleteParts(IReadOnlyList<SnapshotPart> parts)
    {
    }

    void ICoordinatorEffects.SweepParts(PartsSweep sweep)
    {
    }

    void ICoordinatorEffects.Finish()
    {
    }
}
