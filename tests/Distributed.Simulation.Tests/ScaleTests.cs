using System.Diagnostics;
using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Coordinator;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Snapshots;
using Distributed.Protocol.Specification;
using Xunit.Abstractions;

namespace Distributed.Simulation.Tests;

/// <summary>The coordinator's rule at full size: a thousand workers, 64 blocks.</summary>
public sealed class ScaleTests(ITestOutputHelper output)
{
    private const int Workers = 1_000;
    private const int Blocks = 64;

    [Fact]
    public void A_thousand_workers_and_64_blocks_cost_the_coordinator_nothing_per_step()
    {
        var surroundings = new Counting();
        var job = new JobId("large");
        var specification = new JobSpecification
        {
            Data = new DataIdentity("00", 1_000_000, 0),
            Network = new NetworkSpecification { Inputs = 64, Hidden = [64], Outputs = 10 },
            Optimizer = new OptimizerSpecification(),
            Schedule = new ScheduleSpecification(),
            Epochs = 1,
            BatchSize = 4_000,
            ShardSize = 2,
            Seed = 1,
        };
        var run = new TrainingRun(job, new JobHistory(), new CoordinatorTimes(), surroundings);
        surroundings.Run = run;
        var now = TimeSpan.FromSeconds(1);
        run.OnStart(new StartJob(job, specification, new RunOptions { Blocks = Blocks, SnapshotEvery = TimeSpan.FromHours(1) }, null), now);
        surroundings.Settle(now);

        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Workers; i++) run.OnWorkerUp(new WorkerId($"w{i:0000}"), now);
        for (var i = 0; i < Workers; i++) run.OnWorkerReady(new WorkerReady(job, new WorkerId($"w{i:0000}"), 1), now);
        now += TimeSpan.FromMilliseconds(200);
        run.OnTick(now);
        output.WriteLine($"{Workers} workers join one after the other: {watch.Elapsed.TotalMilliseconds:F0} ms, {surroundings.Sent:N0} messages");
        Assert.Equal(Workers, run.Assignment.Shares.Count);
        AssertCovered(run);
        Assert.InRange(surroundings.Sent, 1, 10 * (Workers + Blocks)); // new workers are assigned together
        Acknowledge(run, job, now);

        // Steps: the coordinator gets progress several times a second, regardless of their number.
        var sent = surroundings.Sent;
        watch.Restart();
        const int Reports = 200;
        for (var i = 1; i <= Reports; i++)
        {
            now += TimeSpan.FromMilliseconds(1);
            run.OnStepsProgressed(new StepsProgressed(job, 1, i, default), now);
            run.OnTick(now);
        }
        output.WriteLine($"a progress report and a tick: {watch.Elapsed.TotalMicroseconds / Reports:F0} µs, {surroundings.Sent - sent} messages in {Reports}");
        Assert.Equal(sent, surroundings.Sent);

        sent = surroundings.Sent;
        watch.Restart();
        const int Changes = 20;
        for (var i = 0; i < Changes; i++)
        {
            run.OnWorkerLeft(new WorkerId($"w{i * 7:0000}"), now);
            Acknowledge(run, job, now);
        }
        output.WriteLine($"a worker leaves: {watch.Elapsed.TotalMilliseconds / Changes:F2} ms, {(surroundings.Sent - sent) / Changes} messages");
        AssertCovered(run);
        Assert.InRange((surroundings.Sent - sent) / Changes, 1, Workers + Blocks); // one message each, no more

        watch.Restart();
        var leaves = run.Plan!.ShardCount(0);
        var tree = new PartialSum<ShardMetrics>(new MetricsSum());
        tree.Begin(leaves);
        var nodes = new List<ReductionNode>();
        for (var i = 0; i < run.Assignment.Shares.Count; i++) ReductionTree.AddMaximalNodes(leaves, run.Assignment.RunAt(i, leaves), nodes);
        foreach (var node in nodes) tree.Add(node, new ShardMetrics { Samples = node.Count });
        Assert.Equal(leaves, tree.Root.Samples);
        output.WriteLine($"one step's {leaves} shards of {Workers} workers at one block: {nodes.Count} nodes, {watch.Elapsed.TotalMilliseconds:F2} ms");
    }

    private static void Acknowledge(TrainingRun run, JobId job, TimeSpan now)
    {
        for (var block = 0; block < Blocks; block++) run.OnBlockAssigned(new BlockAssigned(job, block, 1, run.Assignment.Number), now);
        foreach (var share in run.Assignment.Shares) run.OnWorkerAssigned(new WorkerAssigned(job, share.Worker, 1, run.Assignment.Number), now);
    }

    private static void AssertCovered(TrainingRun run)
    {
        var leaves = run.Plan!.ShardCount(0);
        var next = 0;
        for (var i = 0; i < run.Assignment.Shares.Count; i++)
        {
            Assert.Equal(next, run.Assignment.RunAt(i, leaves).First);
            next = run.Assignment.RunAt(i, leaves).End;
        }
        Assert.Equal(leaves, next);
    }

    /// <summary>Counts messages sent; blocks load at once.</summary>
    private sealed class Counting : ICoordinatorEffects
    {
        private readonly Queue<Action<TimeSpan>> _answers = new();

        public TrainingRun Run { get; set; } = null!;

        public long Sent { get; private set; }

        public void Settle(TimeSpan now)
        {
            while (_answers.TryDequeue(out var answer)) answer(now);
        }

        public void Persist(JournalEvent journalEvent) => _answers.Enqueue(now => Run.OnPersisted(journalEvent, now));

        public void PersistEpochs(IReadOnlyList<EpochDecided> epochs) => _answers.Enqueue(Run.OnEpochsPersisted);

        public bool BlocksAreHere => true;

        public void ToBlock(IBlockMessage message)
        {
            Sent++;
            if (message is GetBlockState ask)
                _answers.Enqueue(now => Run.OnBlockState(new BlockState(ask.Job, ask.Block, 1, ask.Term, ask.Query, 0, 0, null), now));
            if (message is LoadBlock load)
                _answers.Enqueue(now => Run.OnBlockState(new BlockState(load.Job, load.Block, 1, load.Term, load.Query, load.Lineage, 0, null), now));
        }

        public void ToWorker(WorkerId worker, IWorkerMessage message) => Sent++;

        public void Publish(JobEvent jobEvent)
        {
        }

        public void DeleteParts(IReadOnlyList<SnapshotPart> parts)
        {
        }

        public void SweepParts(PartsSweep sweep)
        {
        }

        public void Finish()
        {
        }
    }
}
