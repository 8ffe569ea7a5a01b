using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.ParameterBlocks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Strides;
using Distributed.Protocol.Tests.Specification;

namespace Distributed.Protocol.Tests.Rules;

/// <summary>Blocks whose only worker strides in their memory, beside blocks that take every gradient.</summary>
public sealed class StrideTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly WorkerId Worker = new("w1"), Other = new("w2");

    private readonly JobSpecification _specification = SampleJobs.With(training: 203, batch: 20, shard: 3, epochs: 2);

    public static TheoryData<OptimizerKind, GradientFormat, int, int> Jobs()
    {
        var data = new TheoryData<OptimizerKind, GradientFormat, int, int>();
        foreach (var kind in Enum.GetValues<OptimizerKind>())
            foreach (var format in Enum.GetValues<GradientFormat>())
                foreach (var blocks in new[] { 1, 2 })
                    data.Add(kind, format, blocks, kind == OptimizerKind.Adam ? 20 : 3);
        return data;
    }

    [Theory]
    [MemberData(nameof(Jobs))]
    public void A_stride_leaves_the_blocks_where_its_gradients_would_have(OptimizerKind kind, GradientFormat format, int blocks, int shard)
    {
        var random = new Random(7);
        var specification = _specification with
        {
            Optimizer = new OptimizerSpecification { Kind = kind, WeightDecay = 0.01, GradientClip = 0.2 },
            GradientFormat = format,
            ShardSize = shard,
            Schedule = new ScheduleSpecification { Kind = ScheduleKind.Cosine, WarmupSteps = 2 },
        };
        var (striding, plain) = (new Cluster(specification, blocks), new Cluster(specification, blocks));
        var plan = striding.Plan;
        foreach (var cluster in new[] { striding, plain }) cluster.Begin();
        var step = 0L;
        while (step < plan.StepsPerEpoch)
        {
            var offers = striding.Step == 0 ? null : striding.Offers();
            if (offers is null)
            {
                striding.Push(step, random.Next());
                plain.PushLike(striding, step++);
                continue;
            }
            Assert.True(StrideOffer.TryTakeAll(offers));
            var stride = new Stride(specification, plan, offers);
            for (var left = random.Next(1, 5); left > 0 && !stride.IsOver; left--)
            {
                var seed = random.Next();
                striding.Make(stride, seed, random);
                plain.Push(step++, seed);
            }
            stride.GiveBack();
            striding.End();
            Assert.Equal(step, striding.Step);
            striding.RequireSame(plain);
        }
        Assert.Equal(plan.StepsPerEpoch, striding.Step); // a stride ends with the epoch
        striding.RequireSame(plain);
    }

    [Fact]
    public void An_offer_is_made_to_the_only_worker_alone_and_up_to_the_epochs_end()
    {
        var cluster = new Cluster(_specification, 1);
        cluster.Begin();
        cluster.Push(0, 1);
        Assert.Equal(cluster.Plan.StepsPerEpoch, cluster.Offers()![0].Limit);
        cluster.Receive(new AssignBlock(SampleJobs.Job, 0, 1, 1, new Assignment(2, [new(Worker, 1), new(Other, 1)]), 0));
        Assert.True(cluster.Loan.IsWithdrawn);
        cluster.Push(1, 1);
        Assert.Null(cluster.Offers());
        cluster.Receive(new AssignBlock(SampleJobs.Job, 0, 1, 1, new Assignment(3, [new(Worker, 1), new(Other, 0)]), 0));
        cluster.Push(2, 1);
        Assert.NotNull(cluster.Offers());
    }

    [Fact]
    public void A_stride_ends_at_a_checkpoint_and_none_is_offered_before_the_copy()
    {
        var cluster = new Cluster(_specification, 1);
        cluster.Begin();
        cluster.Receive(new OpenCheckpoint(SampleJobs.Job, 0, 1, 1, 1, 3));
        cluster.Push(0, 1);
        Assert.Equal(3, cluster.Offers()![0].Limit);
        cluster.Push(1, 1);
        cluster.Push(2, 1);
        Assert.Null(cluster.Offers()); // the state is copied at this step
        cluster.Push(3, 1);
        Assert.NotNull(cluster.Offers());
    }

    [Fact]
    public void No_offer_is_made_where_shards_are_audited()
    {
        var cluster = new Cluster(_specification, 1);
        cluster.Begin(auditShare: 0.5);
        cluster.Receive(new AssignBlock(SampleJobs.Job, 0, 1, 1, new Assignment(2, [new(Worker, 1)]), 0));
        for (var step = 0; step < 3; step++) cluster.Push(step, 1);
        Assert.Equal(3, cluster.Step);
        Assert.Null(cluster.Offers());
    }

    [Fact]
    public void A_message_recalls_a_stride_and_waits_for_its_end()
    {
        var cluster = new Cluster(_specification, 1);
        cluster.Begin();
        cluster.Push(0, 1);
        var offers = cluster.Offers()!;
        Assert.True(StrideOffer.TryTakeAll(offers));
        var stride = new Stride(_specification, cluster.Plan, offers);
        Assert.False(stride.IsOver);
        cluster.Receive(new GetWeights(SampleJobs.Job, 0, 1, Other));
        cluster.Receive(new HoldBlock(SampleJobs.Job, 0, 1, 1));
        Assert.True(stride.IsOver);
        Assert.Equal(1, cluster.Step);
        Assert.Empty(cluster.Sent<WeightsUpdated>());
        cluster.Make(stride, 1, new Random(1)); // the step that was under way
        stride.GiveBack();
        cluster.End();
        Assert.Equal(2, cluster.Step);
        var sent = cluster.Sent<WeightsUpdated>();
        Assert.Equal([2, 1, 2], sent.Select(weights => weights.Step)); // pushed, then the versions that were asked for
        Assert.All(sent, weights => Assert.Null(weights.Offer)); // a message waited
        cluster.Push(2, 1);
        Assert.Equal(3, Assert.Single(cluster.Sent<BlockHeld>()).Step);
    }

    [Fact]
    public void The_end_of_a_stride_is_noticed_although_nobody_tells()
    {
        var cluster = new Cluster(_specification, 1);
        cluster.Begin();
        cluster.Push(0, 1);
        var offers = cluster.Offers()!;
        Assert.True(StrideOffer.TryTakeAll(offers));
        var stride = new Stride(_specification, cluster.Plan, offers);
        cluster.Make(stride, 1, new Random(1));
        stride.GiveBack();
        cluster.Tick();
        Assert.Equal(2, cluster.Step);
    }

    [Fact]
    public void A_report_of_progress_recalls_a_stride_in_time()
    {
        var cluster = new Cluster(_specification, 1);
        cluster.Begin();
        cluster.Push(0, 1);
        cluster.Tick();
        Assert.True(StrideOffer.TryTakeAll(cluster.Offers()!));
        cluster.Tick(); // too early
        Assert.False(cluster.Loan.IsRecalled);
        cluster.Tick(later: new BlockTimes().ProgressEvery);
        Assert.True(cluster.Loan.IsRecalled);
    }

    [Fact]
    public void What_a_stride_did_in_an_older_lineage_is_not_taken()
    {
        var cluster = new Cluster(_specification, 1);
        cluster.Begin();
        cluster.Push(0, 1);
        var offers = cluster.Offers()!;
        Assert.True(StrideOffer.TryTakeAll(offers));
        var stride = new Stride(_specification, cluster.Plan, offers);
        cluster.Receive(cluster.LoadMessage(0, lineage: 2));
        Assert.True(stride.IsOver);
        Assert.Equal(0, cluster.Step);
        cluster.Make(stride, 1, new Random(1));
        stride.GiveBack();
        cluster.End();
        cluster.Tick();
        Assert.Equal(0, cluster.Step);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_stride_that_diverges_ends_before_the_step_and_the_coordinator_is_told(bool inAShard)
    {
        var specification = _specification with { Optimizer = _specification.Optimizer with { LearningRate = 900 } };
        var cluster = new Cluster(specification, 1);
        cluster.Begin();
        cluster.Push(0, 1);
        var offers = cluster.Offers()!;
        Assert.True(StrideOffer.TryTakeAll(offers));
        var stride = new Stride(specification, cluster.Plan, offers);
        cluster.Make(stride, 1, new Random(1));
        cluster.Make(stride, 1, new Random(1), badShard: inAShard ? 2 : null, infinite: !inAShard);
        Assert.True(stride.IsOver);
        stride.GiveBack();
        cluster.End();
        var diverged = Assert.Single(cluster.Sent<TrainingDiverged>());
        Assert.Equal((2, inAShard ? 2 : (int?)null), (diverged.Step, diverged.Shard));
        Assert.Null(cluster.Offers());
    }

    [Fact]
    public void Memory_that_a_stride_left_within_an_update_ends_the_block()
    {
        var cluster = new Cluster(_specification, 1);
        cluster.Begin();
        cluster.Push(0, 1);
        var offers = cluster.Offers()!;
        Assert.True(StrideOffer.TryTakeAll(offers));
        new Stride(_specification, cluster.Plan, offers).GiveBack("out of memory");
        Assert.Contains("out of memory", Assert.Throws<InvalidOperationException>(cluster.End).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Offers_are_taken_all_or_none()
    {
        var cluster = new Cluster(_specification, 2);
        cluster.Begin();
        cluster.Push(0, 1);
        var offers = cluster.Offers()!;
        Assert.True(offers[1].Loan.TryWithdraw());
        Assert.False(StrideOffer.TryTakeAll(offers));
        cluster.Push(1, 1); // the first one was given back unused
        Assert.Equal(2, cluster.Step);
    }

    /// <summary>The blocks of one job.</summary>
    private sealed class Cluster
    {
        private readonly JobSpecification _specification;
        private readonly Recorder[] _effects;
        private readonly ParameterBlock[] _blocks;
        private readonly BlockLayout _layout;
        private readonly int _parameters;
        private TimeSpan _now = Second;
        private long _taken;

        public Cluster(JobSpecification specification, int blocks)
        {
            _specification = specification;
            Plan = new EpochPlan(specification);
            _parameters = new Network(specification.Network).Layout.Count;
            _layout = new BlockLayout(_parameters, blocks);
            _effects = [.. Enumerable.Range(0, blocks).Select(_ => new Recorder())];
            _blocks = [.. _effects.Select((effects, block) => new ParameterBlock(SampleJobs.Job, block, 1, new BlockTimes(), effects))];
        }

        public EpochPlan Plan { get; }

        public long Step => _blocks[0].Step;

        /// <summary>The first block's last loan.</summary>
        public MadeUpLoan Loan { get; private set; } = new();

        public LoadBlock LoadMessage(int block, long lineage, double auditShare = 0) =>
            new(SampleJobs.Job, block, 1, lineage, 1, lineage, _blocks.Length, _specification, null, 0) { AuditShare = auditShare };

        public void Begin(double auditShare = 0)
        {
            for (var block = 0; block < _blocks.Length; block++)
            {
                _blocks[block].TryTake(LoadMessage(block, 1, auditShare), _now);
                _blocks[block].TryTake(new AssignBlock(SampleJobs.Job, block, 1, 1, new Assignment(1, [new(Worker, 1)]), 0), _now);
            }
        }

        public void Receive(IBlockMessage message) => _blocks[message.Block].TryTake(message, _now);

        public List<T> Sent<T>() => _effects[0].Take<T>();

        public void Tick(TimeSpan later = default)
        {
            _now += later;
            foreach (var block in _blocks) block.OnTick(_now);
        }

        public void End()
        {
            foreach (var block in _blocks) block.OnStrideEnded(1, _now);
        }

        /// <summary>The offers with the newest weights; null when they came without, or were withdrawn.</summary>
        public IReadOnlyList<StrideOffer>? Offers()
        {
            StrideOffer?[] offers = [.. _effects.Select(effects => effects.Sent.OfType<WeightsUpdated>().LastOrDefault(weights => weights.Step == Step)?.Offer)];
            foreach (var effects in _effects) effects.Sent.RemoveAll(sent => sent is WeightsUpdated);
            return offers.Any(offer => offer is not { Loan: MadeUpLoan { IsWithdrawn: false } }) ? null : [.. offers.Select(offer => offer!)];
        }

        /// <summary>Pushes the leaves of a step.</summary>
        public void Push(long step, int seed)
        {
            _taken = seed;
            for (var block = 0; block < _blocks.Length; block++)
            {
                var loan = new MadeUpLoan();
                if (block == 0) Loan = loan;
                _effects[block].Loans.Clear();
                _effects[block].Loans.Enqueue(loan);
                for (var leaf = 0; leaf < Plan.ShardCount(step); leaf++)
                {
                    var range = _layout[block];
                    var values = Leaf(seed, leaf).AsMemory(range.First, range.Count);
                    Receive(new PushGradient(SampleJobs.Job, block, 1, step, new ReductionNode(leaf, 1), values, Metrics(step, leaf), null) { Format = _specification.GradientFormat, From = [Worker] });
                }
            }
        }

        /// <summary>Pushes the leaves that the other cluster was given last.</summary>
        public void PushLike(Cluster other, long step) => Push(step, (int)other._taken);

        /// <summary>Makes one step of a stride, its elements divided at random.</summary>
        public void Make(Stride stride, int seed, Random random, int? badShard = null, bool infinite = false)
        {
            foreach (var effects in _effects)
            {
                effects.Loans.Clear();
                effects.Loans.Enqueue(new MadeUpLoan());
            }
            Memory<float>[] leaves = [.. Enumerable.Range(0, stride.Leaves).Select(leaf => Leaf(seed, leaf).AsMemory())];
            ShardMetrics[] metrics = [.. Enumerable.Range(0, stride.Leaves).Select(leaf => Metrics(stride.Step, leaf))];
            if (infinite) leaves[0].Span[5] = float.MaxValue;
            if (badShard is { } bad) metrics[bad] = metrics[bad] with { FirstBadShard = bad };
            if (!stride.Sum(metrics)) return;
            var (isFinite, from) = (true, 0);
            while (from < _parameters)
            {
                var count = random.Next(1, _parameters - from + 1);
                isFinite &= stride.Update(new IndexRange(from, count), leaves);
                from += count;
            }
            stride.Complete(isFinite);
        }

        public void RequireSame(Cluster other)
        {
            Assert.Equal(other.Step, Step);
            for (var block = 0; block < _blocks.Length; block++)
            {
                Assert.Equal(other._blocks[block].Weights.ToArray(), _blocks[block].Weights.ToArray());
                var (mine, theirs) = (State(block), other.State(block));
                Assert.Equal(theirs.State.ToArray(), mine.State.ToArray());
                Assert.Equal(theirs.Totals, mine.Totals);
            }
        }

        /// <summary>The optimizer's state and the totals, as a checkpoint would have them.</summary>
        private (float[] State, ShardMetrics Totals) State(int block)
        {
            var attempt = 1000 + 2 * Step;
            Receive(new OpenCheckpoint(SampleJobs.Job, block, 1, 1, attempt, Step));
            var copy = _effects[block].Snapshots.Last(snapshot => snapshot.Step == Step);
            Receive(new CloseCheckpoint(SampleJobs.Job, block, 1, 1, attempt, Step, IsCommitted: true));
            return (copy.State.ToArray(), block == 0 ? copy.Totals : default);
        }

        private float[] Leaf(int seed, int leaf)
        {
            var random = new Random(seed ^ (leaf * 7919));
            var values = new float[_parameters];
            foreach (ref var value in values.AsSpan()) value = (float)(random.NextDouble() * 2 - 1);
            GradientArithmetic.RoundLeaf(_specification.GradientFormat, values);
            return values;
        }

        private ShardMetrics Metrics(long step, int leaf)
        {
            var samples = Plan.Shard(step, leaf).Count;
            return new ShardMetrics { Samples = samples, Divisor = samples, LossSum = 0.1 * (leaf + 1) / (step + 3) };
        }
    }
}
