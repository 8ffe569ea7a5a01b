using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Tests.Specification;
using Distributed.Protocol.Workers;

namespace Distributed.Protocol.Tests.Rules;

/// <summary>Audits, rule by rule; the simulator runs the rules together.</summary>
public sealed class AuditTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly WorkerId A = new("a"), B = new("b"), C = new("c");
    private static readonly int Length = new Network(SampleJobs.Small.Network).Layout.Count;

    private readonly Recorder _effects = new();

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.3)]
    public void The_wanted_share_of_shards_is_picked_and_a_larger_share_picks_those_too(double share)
    {
        var (plan, larger) = (new AuditPlan(7, share), new AuditPlan(7, share * 2));
        var picked = 0;
        for (var step = 0; step < 10_000; step++)
        {
            for (var shard = 0; shard < 8; shard++)
            {
                if (!plan.Picks(step, shard)) continue;
                picked++;
                Assert.True(larger.Picks(step, shard));
            }
        }
        Assert.InRange(picked / 80_000.0, share * 0.8, share * 1.2);
        Assert.False(AuditPlan.None.Picks(1, 1));
        Assert.True(new AuditPlan(7, 1).Picks(1, 1));
    }

    [Fact]
    public void A_hash_sees_every_bit_of_the_gradient_and_of_the_metrics()
    {
        var metrics = new ShardMetrics { Samples = 2, Divisor = 2, LossSum = 0.5 };
        float[] gradient = [1, 2, 3];
        var hash = GradientHash.Of(gradient, metrics);
        Assert.Equal(hash, GradientHash.Of([1, 2, 3], metrics));
        Assert.NotEqual(hash, GradientHash.Of([1, 2, MathF.BitIncrement(3)], metrics));
        Assert.NotEqual(hash, GradientHash.Of(gradient, metrics with { LossSum = Math.BitIncrement(0.5) }));
        // Only whether values are finite is compared: payload bits of non-finite values may differ between machines.
        var bad = metrics with { FirstBadShard = 1 };
        Assert.Equal(GradientHash.Of([float.NaN], bad), GradientHash.Of([float.PositiveInfinity], bad));
    }

    [Fact]
    public void Whoever_is_alone_with_its_result_is_wrong_and_one_against_one_is_undecided()
    {
        Assert.Null(AuditVerdict.Of([new(A, 1), new(B, 2)]));
        Assert.Null(AuditVerdict.Of([new(A, 1), new(B, 2), new(C, 3)]));
        var verdict = AuditVerdict.Of([new(A, 1), new(B, 2), new(C, 1)])!;
        Assert.Equal([A, C], verdict.Right);
        Assert.Equal([B], verdict.Wrong);
        Assert.Null(AuditVerdict.Of([new(A, 1), new(B, 2), new(C, 1), new(new("d"), 2)]));
    }

    [Fact]
    public void The_second_worker_has_shards_of_its_own_where_there_is_one_and_is_never_late()
    {
        var idle = new Assignment(1, [new(A, 1), new(B, 0), new(C, 1)]);
        Assert.Equal((0, 2), (idle.OwnerOf(2, 0)!.Value, idle.SecondOf(2, 0)!.Value));
        Assert.Equal(1, new Assignment(1, [new(A, 1), new(B, 0)]).SecondOf(2, 0));
        var late = new Assignment(1, [new(A, 1), new(B, 0) { IsLate = true }]);
        Assert.Null(late.SecondOf(2, 0));
        Assert.False(late.CanAudit);
    }

    [Fact]
    public void A_step_is_applied_when_two_workers_claim_what_was_counted()
    {
        var block = Block(A, B);
        Push(block, new ReductionNode(0, 2)); // hides audited shards
        Push(block, new ReductionNode(0, 1));
        Push(block, new ReductionNode(1, 1));
        Claim(block, 0, A);
        Claim(block, 1, A);
        Claim(block, 0, B);
        Claim(block, 1, A); // repeated
        Assert.Equal(0, block.Step);
        Claim(block, 1, B);
        Assert.Equal(1, block.Step);
    }

    [Fact]
    public void Missing_opinions_are_asked_for_and_their_workers_named_as_late()
    {
        var block = Block(A, B);
        Push(block, new ReductionNode(0, 1));
        Push(block, new ReductionNode(1, 1));
        foreach (var shard in new[] { 0, 1 }) Claim(block, shard, A);
        _effects.Sent.Clear();
        block.OnTick(Second * 60);
        var late = Assert.Single(_effects.Sent.OfType<StepLate>());
        Assert.Empty(late.Missing);
        Assert.Equal([B], late.Silent);
        Assert.Equal([0, 1], _effects.Take<GetMissingNodes>().Select(ask => ask.Leaves.First));
    }

    [Fact]
    public void One_worker_alone_is_not_audited_but_a_dispute_outlasts_those_who_had_it()
    {
        var alone = Block(A);
        Push(alone, new ReductionNode(0, 1));
        Push(alone, new ReductionNode(1, 1));
        Assert.Equal(1, alone.Step);

        var block = Block(A, B);
        Push(block, new ReductionNode(0, 1));
        Claim(block, 0, A);
        Claim(block, 0, B, wrong: true);
        var dispute = Assert.Single(_effects.Take<AuditDisputed>());
        Assert.Equal((0L, 0), (dispute.Step, dispute.Shard));
        Assert.Equal([A, B], dispute.Claims.Select(claim => claim.Worker));
        Push(block, new ReductionNode(1, 1));
        block.OnAssign(Assign(2, A));
        Assert.Equal(0, block.Step);
    }

    [Fact]
    public void An_audited_shard_is_sent_apart_by_its_worker_and_only_claimed_by_the_second()
    {
        var ledger = Ledger(A, B);
        // Step 0 has two shards: one is A's; the other is B's to compute and A's to audit.
        Assert.Equal([new IndexRange(0, 1), new IndexRange(1, 1)], _effects.Computing);
        ledger.OnNodeComputed(1, 0, Node(0));
        Assert.Single(_effects.Sent.OfType<PushGradient>());
        ledger.OnNodeComputed(1, 0, Node(1));
        Assert.Single(_effects.Sent.OfType<PushGradient>());
        Assert.Equal([0, 1], _effects.Take<PushShardHash>().Select(claim => claim.Shard));
        Assert.Single(_effects.Released);

        ledger.OnGetMissingNodes(new GetMissingNodes(SampleJobs.Job, 0, 1, 0, new IndexRange(1, 1)), Second); // the claim was lost
        Assert.Equal(1, Assert.Single(_effects.Take<PushShardHash>()).Shard);
        ledger.OnAssign(Assigned(2, A), Second); // B is gone: its shard is now A's, and its gradient is needed
        Assert.Equal(3, _effects.Computing.Count);
        ledger.OnNodeComputed(1, 0, Node(1));
        Assert.Equal(1, Assert.Single(_effects.Take<PushGradient>()).Node.First);
    }

    [Fact]
    public void A_third_worker_computes_a_disputed_shard_when_it_is_asked_to()
    {
        var ledger = Ledger(B, C, A); // both shards are B's and C's
        _effects.Computing.Clear();
        var ask = new AuditShard(SampleJobs.Job, 1, 1, 0, 1);
        ledger.OnAuditShard(ask, Second);
        ledger.OnAuditShard(ask, Second); // asked again meanwhile
        Assert.Equal([new IndexRange(1, 1)], _effects.Computing);
        ledger.OnNodeComputed(1, 0, Node(1));
        Assert.Empty(_effects.Sent.OfType<PushGradient>());
        Assert.Single(_effects.Take<PushShardHash>());
        ledger.OnAuditShard(ask, Second); // its claim was lost
        Assert.Single(_effects.Take<PushShardHash>());
        ledger.OnAuditShard(ask with { Term = 0 }, Second);
        Assert.Empty(_effects.Sent);
    }

    [Fact]
    public void Who_is_excluded_stays_excluded_over_a_summary()
    {
        var history = new JobHistory();
        history.Apply(new JobSubmitted(SampleJobs.Small, new RunOptions { AuditShare = 1 }));
        history.Apply(new WorkerExcluded(B, 1, 5, 0, "it errs"));
        history.Apply(new WorkerExcluded(B, 1, 5, 0, "it errs"));
        var recovered = new JobHistory();
        recovered.Apply(history.Summarize());
        Assert.Equal("it errs", Assert.Single(recovered.Exclusions).Reason);
        Assert.NotNull(recovered.ExclusionOf(B));
        Assert.Null(recovered.ExclusionOf(A));
    }

    private ParameterBlock Block(params WorkerId[] workers)
    {
        var block = new ParameterBlock(SampleJobs.Job, 0, 7, new BlockTimes(), _effects);
        block.OnLoadBlock(new LoadBlock(SampleJobs.Job, 0, 1, 1, 7, 1, 1, SampleJobs.Small, null, 0) { AuditShare = 1 });
        block.OnAssign(Assign(1, workers));
        return block;
    }

    private WorkLedger Ledger(params WorkerId[] workers)
    {
        var ledger = new WorkLedger(SampleJobs.Job, A, SampleJobs.Small, 1, new WorkerTimes(), _effects);
        ledger.OnAssign(Assigned(1, workers), Second);
        ledger.OnWeights(new WeightsUpdated(SampleJobs.Job, 0, 1, 0, new float[Length], null), Second);
        return ledger;
    }

    private static Assignment Shares(long number, WorkerId[] workers) => new(number, [.. workers.Select((worker, i) => new WorkerShare(worker, i < 2 ? 1 : 0))]);

    private static AssignBlock Assign(long number, params WorkerId[] workers) => new(SampleJobs.Job, 0, 1, 1, Shares(number, workers), 0);

    private static AssignWorker Assigned(long number, params WorkerId[] workers) =>
        new(SampleJobs.Job, 1, 1, Shares(number, workers), 0) { AuditShare = 1 };

    private static ShardMetrics Metrics(int shards) => new() { Samples = shards, Divisor = shards };

    private static MadeUpNode Node(int shard) => new(new ReductionNode(shard, 1), new float[Length]);

    private static void Push(ParameterBlock block, ReductionNode node) =>
        block.OnPushGradient(new PushGradient(SampleJobs.Job, 0, 1, 0, node, new float[Length], Metrics(node.Count), null) { From = [A] }, Second);

    private static void Claim(ParameterBlock block, int shard, WorkerId worker, bool wrong = false) =>
        block.OnPushShardHash(
            new PushShardHash(SampleJobs.Job, 0, 1, 0, shard, worker, GradientHash.Of(new float[Length], Metrics(wrong ? 2 : 1))), Second);
}
