using Akka.Actor;
using Akka.TestKit;
using Distributed.Cluster.Compute;
using Distributed.Cluster.Datasets;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Tests.Actors;
using Distributed.Cluster.Workers;
using Distributed.Data.Samples;
using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Cluster.Tests.Workers;

/// <summary>One worker's part in one job; blocks are probes.</summary>
public sealed class JobWorkerActorSpec : WorkerFixture
{
    private static readonly WorkerId Id = new("worker");

    private readonly TestProbe _block;
    private readonly IActorRef _worker;
    private int _givenBack;

    public JobWorkerActorSpec()
    {
        _block = CreateTestProbe();
        var data = new BorrowedSamples(new SampleSet(Buyers.Training, Buyers.Validation), () => Interlocked.Increment(ref _givenBack));
        _worker = Parent.ChildActorOf(JobWorkerActor.Props(JoinOf(), Id, 1, Node, data), "job", Akka.Actor.SupervisorStrategy.StoppingStrategy);
    }

    [Fact]
    public void A_worker_is_ready_when_every_block_of_the_lineage_has_answered()
    {
        _worker.Tell(JoinOf(blocks: 2));
        Assert.Equal([0, 1], new[] { Next<ConnectBlock>(Blocks).Block, Next<ConnectBlock>(Blocks).Block }.Order());
        Connected(0);
        Nothing<WorkerReady>(Coordinators, _worker);
        Connected(1);
        Assert.Equal(1, Next<WorkerReady>(Coordinators).Lineage);
        Connected(7); // no such block
        Settle(_worker);
    }

    [Fact]
    public void A_block_that_does_not_answer_is_asked_again_but_not_for_ever()
    {
        _worker.Tell(JoinOf());
        for (var i = 0; i < 5; i++) PassUntil<ConnectBlock>(Blocks, _worker);
        Pass(TimeSpan.FromSeconds(31), _worker); // sixty attempts at two per second
        while (Blocks.HasMessages) Blocks.ReceiveOne(TimeSpan.Zero);
        Pass(TimeSpan.FromSeconds(5), _worker);
        Nothing<ConnectBlock>(Blocks, _worker);
        _worker.Tell(JoinOf()); // the coordinator asks
        Next<ConnectBlock>(Blocks);
    }

    [Fact]
    public void A_join_of_an_earlier_lineage_changes_nothing()
    {
        Ready(lineage: 3);
        _worker.Tell(JoinOf(lineage: 2));
        Nothing<WorkerReady>(Coordinators, _worker);
    }

    [Fact]
    public void Weights_of_a_step_are_answered_with_the_gradient_of_the_workers_shards()
    {
        Ready();
        Assign();
        var weights = Weights(0.01f);
        _worker.Tell(new WeightsUpdated(SampleJob.Id, 0, 1, 0, weights, null));
        var gradient = Next<PushGradient>(_block);
        Assert.Equal((1L, 0L, new ReductionNode(0, 2)), (gradient.Lineage, gradient.Step, gradient.Node));
        Assert.Equal(4, gradient.Metrics.Samples);
        Assert.Equal(Expected(weights, step: 0), gradient.Values.ToArray());

        _worker.Tell(new GetMissingNodes(SampleJob.Id, 0, 1, 0, new IndexRange(0, 2)));
        Assert.Equal(new ReductionNode(0, 2), Next<PushGradient>(_block).Node); // kept until the block has the step
    }

    [Fact]
    public void A_worker_that_lacks_weights_asks_for_them_ever_again()
    {
        Ready();
        Assign();
        for (var i = 0; i < 3; i++) Assert.Equal(Id, PassUntil<GetWeights>(_block, _worker).Worker);
    }

    [Fact]
    public void How_fast_it_computes_is_told_once_its_code_is_warm()
    {
        Ready();
        Assign();
        for (var step = 0; step < 2; step++)
        {
            Nothing<WorkerMeasured>(Coordinators, _worker);
            _worker.Tell(new WeightsUpdated(SampleJob.Id, 0, 1, step, Weights(0.01f), null));
            Next<PushGradient>(_block, gradient => gradient.Step == step);
            if (step == 0) Pass(TimeSpan.FromSeconds(2), _worker);
        }
        Assert.True(PassUntil<WorkerMeasured>(Coordinators, _worker).SamplesPerSecond > 0);
    }

    [Fact]
    public void A_block_whose_actor_or_node_is_lost_is_connected_again()
    {
        Ready();
        _worker.Tell(new PeerLost("elsewhere", "closed"));
        Pass(TimeSpan.FromSeconds(1), _worker);
        Nothing<ConnectBlock>(Blocks, _worker);
        _worker.Tell(new PeerLost(Plane.Endpoint.Node, "closed"));
        PassUntil<ConnectBlock>(Blocks, _worker);
        Connected(0);
        Next<WorkerReady>(Coordinators);
        StopPeer(_block, _worker);
        PassUntil<ConnectBlock>(Blocks, _worker);
    }

    [Fact]
    public void A_worker_that_finishes_takes_no_more_part_and_says_when_it_is_quiet()
    {
        Ready();
        _worker.Tell(new FinishShards(), TestActor);
        Assert.Equal(Id, Next<WorkerLeft>(Coordinators).Worker);
        Settle(_worker);
        Assert.False(HasMessages);
        PassUntil(() => HasMessages, _worker, "it has finished");
        Assert.Equal(SampleJob.Id, ExpectMsg<ShardsFinished>(Bound).Job);
        _worker.Tell(new PeerConnected(Plane.Endpoint.Node));
        Nothing<WorkerReady>(Coordinators, _worker);
    }

    [Fact]
    public void A_compute_thread_that_fails_ends_the_part_and_gives_everything_back()
    {
        Ready();
        Assert.Equal([SampleJob.Id.Value], Activity.Jobs);
        Parent.Watch(_worker);
        _worker.Tell(new ShardFailed(new InvalidOperationException("broken")));
        Parent.ExpectTerminated(_worker, Bound);
        Assert.Equal(1, Volatile.Read(ref _givenBack));
        Assert.Empty(Activity.Jobs);
    }

    private void Connected(int block) => _worker.Tell(new BlockConnected(SampleJob.Id, block, Plane.Endpoint), _block.Ref);

    private void Ready(long lineage = 1)
    {
        _worker.Tell(JoinOf(lineage));
        Next<ConnectBlock>(Blocks);
        Connected(0);
        Assert.Equal(lineage, Next<WorkerReady>(Coordinators).Lineage);
    }

    private void Assign()
    {
        _worker.Tell(new AssignWorker(SampleJob.Id, 1, 1, new Assignment(1, [new WorkerShare(Id, 1)]), 0));
        Assert.Equal(1, Next<WorkerAssigned>(Coordinators).Number);
    }

    private static float[] Weights(float value) => Enumerable.Repeat(value, Parameters).ToArray();

    /// <summary>The naive version: computes each shard separately and adds them up.</summary>
    private static float[] Expected(float[] weights, long step)
    {
        var plan = new EpochPlan(Specification);
        var first = Gradient(plan, weights, step, 0);
        var second = Gradient(plan, weights, step, 1);
        Assert.Equal(2, plan.ShardCount(step));
        return [.. first.Select((value, i) => value + second[i])];
    }

    private static float[] Gradient(EpochPlan plan, float[] weights, long step, int shard)
    {
        var (network, source, range, order) = (new Network(Specification.Network), Buyers.Training, plan.Shard(step, shard), plan.Order(0));
        var rows = Enumerable.Range(range.First, range.Count).Select(i => order[i]).ToArray();
        var inputs = new float[rows.Length * source.Inputs];
        var labels = new int[source.IsClassification ? rows.Length : 0];
        var targets = new float[source.IsClassification ? 0 : rows.Length * source.Outputs];
        source.Gather(rows, inputs, labels, targets);
        var gradient = new float[weights.Length];
        new ShardComputer(network, plan.MaximumRows).ComputeGradient(
            weights, new PackedWeights(network, shardsPerStep: 1),
            source.IsClassification ? new Samples(inputs, labels, rows.Length) : new Samples(inputs, targets, rows.Length),
            new DropoutKey(Specification.Seed, step, shard), gradient);
        return gradient;
    }
}
