using Distributed.Cluster.Compute;
using Distributed.Cluster.Measures;
using Distributed.Cluster.TensorPlane;
using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Data.Samples;
using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Replay;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Strides;
using Distributed.Tensors.Memory;

namespace Distributed.Cluster.Tests.Compute;

/// <summary>Strides on real threads, stopped at any moment, beside the straight loop.</summary>
public sealed class StrideOrderTests
{
    private const long Lineage = 1;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private static readonly EncodedDataSet Data = DataSets.Load(new DataSettings { Source = "digits", Seed = 1, Validation = "0.2" });

    [Theory]
    [InlineData(1, 1, 64, 16)]
    [InlineData(2, 2, 64, 32)]
    [InlineData(3, 1, 53, 11)]
    [InlineData(4, 3, 40, 3)]
    [InlineData(2, 1, 30, 30)]
    public void Steps_that_end_at_any_moment_have_the_bits_of_the_straight_loop(int threads, int blocks, int batch, int shard)
    {
        var job = new Job(threads, blocks, batch, shard);
        var random = new Random(threads);
        for (var round = 0; job.Step < job.Limit; round++)
        {
            Assert.True(round < 2_000, $"{round} strides have reached step {job.Step}");
            job.Run(random.Next(3), random.Next(400));
        }
        var replay = new JobReplay(job.Specification, Data);
        replay.RunTo(job.Limit);
        Assert.Equal(replay.Weights, job.Weights.ToArray());
        Assert.Equal(replay.State, job.State);
    }

    [Fact]
    public void A_thread_that_throws_lets_the_others_go_and_the_memory_is_given_back_as_it_was()
    {
        var job = new Job(threads: 3, blocks: 1, batch: 64, shard: 8) { ThrowsAt = 3 };
        var outcome = job.Run(0, 0);
        Assert.Equal((3L, null), (outcome.Step, outcome.Damage));
        var replay = new JobReplay(job.Specification, Data);
        replay.RunTo(3);
        Assert.Equal(replay.Weights, job.Weights.ToArray());
    }

    private sealed class Job
    {
        private readonly EpochPlan _plan;
        private readonly Network _network;
        private readonly AlignedBuffer[] _vectors;
        private readonly AlignedBuffer[] _states;
        private readonly BlockLayout _layout;
        private readonly int _threads;
        private readonly LeafComputation _leaves;
        private readonly StrideOrders _strides;
        private ShardMetrics _totals;

        public Job(int threads, int blocks, int batch, int shard)
        {
            _threads = threads;
            Specification = new JobSpecification
            {
                Data = new DataIdentity(Data.Sha256, Data.Training.Rows, 0),
                Network = new NetworkSpecification { Inputs = Data.Training.Inputs, Hidden = [12], Outputs = Data.Training.Outputs },
                Optimizer = new OptimizerSpecification { Kind = OptimizerKind.Adam, LearningRate = 0.01 },
                Schedule = new ScheduleSpecification(),
                Epochs = 3,
                BatchSize = batch,
                ShardSize = shard,
                Seed = 5,
            };
            _plan = new EpochPlan(Specification);
            Limit = 2L * _plan.StepsPerEpoch - 1;
            _network = new Network(Specification.Network);
            var count = _network.Layout.Count;
            _layout = new BlockLayout(count, blocks);
            _vectors = [new AlignedBuffer(count), new AlignedBuffer(count)];
            _states = [.. Enumerable.Range(0, _layout.Count).Select(block => new AlignedBuffer(2 * _layout[block].Count))];
            _network.Initialize(Specification.Seed, _vectors[0].Span);
            var (weights, buffers) = (new StepWeights(new JobId("job"), _network, new NodeWeights()), new GradientBuffers(count));
            _leaves = new LeafComputation(weights, buffers, new TrainingSpeed(threads));
            _strides = new StrideOrders(Specification, _plan, _network, threads, weights, buffers);
        }

        public JobSpecification Specification { get; }

        public long Limit { get; }

        public long Step { get; private set; }

        /// <summary>The step in which the first leaf's thread throws.</summary>
        public long ThrowsAt { get; init; } = -1;

        public Memory<float> Weights => _vectors[Step & 1].Memory;

        /// <summary>The state vectors of all blocks, as one range.</summary>
        public float[] State
        {
            get
            {
                var state = new float[2 * _network.Layout.Count];
                for (var block = 0; block < _layout.Count; block++)
                    for (var vector = 0; vector < 2; vector++)
                        _states[block].Span.Slice(vector * _layout[block].Count, _layout[block].Count)
                            .CopyTo(state.AsSpan(vector * _network.Layout.Count + _layout[block].First));
                return state;
            }
        }

        /// <summary>Strides until the epoch's end, or until it is stopped: 0 never, 1 recalled, 2 by its worker.</summary>
        public StrideOutcome Run(int how, int spins)
        {
            var limit = Math.Min(Limit, _plan.BoundaryAfter(_plan.EpochOf(Step)));
            List<StrideOffer> offers = [.. Enumerable.Range(0, _layout.Count).Select(block => new StrideOffer(
                new StrideLoan(), Step, limit, _layout[block], Part(Step, block), Part(Step + 1, block), _states[block].Memory, _totals))];
            var order = _strides.TryBegin(Lineage, offers)!;
            var (ended, lanes) = (0, new List<Thread>());
            while (order.TryTake(out var lane))
            {
                lanes.Add(new Thread(() =>
                {
                    var task = new FailingTask(this, new SampleSet(Data.Training, null));
                    try
                    {
                        if (order.Run(lane, task, _leaves) is not null) Interlocked.Increment(ref ended);
                    }
                    catch (IOException)
                    {
                    }
                }));
            }
            lanes.ForEach(thread => thread.Start());
            Thread.SpinWait(spins * 50);
            if (how == 1) offers[0].Loan.Recall();
            if (how == 2) order.Stop();
            Assert.True(lanes.TrueForAll(thread => thread.Join(Bound)), "a thread waits for ever");
            Assert.True(ended <= 1);
            var outcome = offers[0].Loan.Outcome!;
            Assert.All(offers, offer => Assert.Equal(outcome, offer.Loan.Outcome));
            if (how == 0 && ThrowsAt < 0) Assert.Equal(limit, outcome.Step);
            (Step, _totals) = (outcome.Step, outcome.Totals);
            return outcome;
        }

        private Memory<float> Part(long version, int block) => _vectors[version & 1].Memory.Slice(_layout[block].First, _layout[block].Count);

        private sealed class FailingTask(Job job, SampleSet data) : ShardTask(job.Specification, job._plan, job._network, data)
        {
            public override ShardMetrics Train(StepWeights weights, long step, int shard, Span<float> gradient)
            {
                if (step == job.ThrowsAt && shard == 0) throw new IOException("thrown on purpose");
                return base.Train(weights, step, shard, gradient);
            }
        }
    }
}
