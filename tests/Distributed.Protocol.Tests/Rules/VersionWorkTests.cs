using CsCheck;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Tests.Specification;
using Distributed.Protocol.Workers;

namespace Distributed.Protocol.Tests.Rules;

public sealed class VersionWorkTests
{
    private const int Leaves = 24;

    private readonly Recorder _effects = new();

    [Fact]
    public void A_leaf_is_handed_out_once_however_the_assignment_changes() =>
        Gen.Int[0, int.MaxValue].Sample(seed =>
        {
            var random = new Random(seed);
            var work = new VersionWork(new Recorder());
            var handedOut = new HashSet<int>();
            for (var i = 0; i < 8; i++)
            {
                var first = random.Next(Leaves);
                var run = new IndexRange(first, random.Next(0, Leaves - first + 1));
                var expected = Positions(run).Where(leaf => !handedOut.Contains(leaf)).ToList();
                var open = work.Plan(run).SelectMany(Positions).ToList();
                Assert.Equal(expected, open);
                handedOut.UnionWith(open);
                for (var leaf = 0; leaf < Leaves; leaf++) Assert.Equal(handedOut.Contains(leaf), work.IsPlanned(leaf));
            }
        }, iter: 2000);

    [Fact]
    public void Training_and_validation_leaves_are_handed_out_apart()
    {
        var work = new VersionWork(_effects);
        Assert.Equal([new IndexRange(0, 4)], work.Plan(new IndexRange(0, 4)));
        Assert.Equal([new IndexRange(0, 4)], work.PlanEvaluation(new IndexRange(0, 4)));
        Assert.Empty(work.PlanEvaluation(new IndexRange(1, 2)));
    }

    [Fact]
    public void The_next_version_begins_with_nothing_and_every_node_is_released_once()
    {
        var work = new VersionWork(_effects);
        work.Plan(new IndexRange(0, 3));
        work.PlanEvaluation(new IndexRange(0, 3));
        work.Keep(new MadeUpNode(new ReductionNode(0, 2), new float[1]));
        work.Keep(new MadeUpNode(new ReductionNode(2, 1), new float[1]));
        work.Keep(new ReductionNode(0, 1), default);
        Assert.True(work.Has(new ReductionNode(2, 1)));
        work.Close();
        work.Close();
        Assert.Equal(2, _effects.Released.Count);
        Assert.Empty(work.Nodes);
        Assert.Empty(work.Evaluated);
        Assert.False(work.HasPlanned);
        Assert.Equal([new IndexRange(0, 3)], work.PlanEvaluation(new IndexRange(0, 3)));
    }

    [Fact]
    public void A_run_is_cut_so_that_each_audited_shard_stands_alone() =>
        Gen.Select(Gen.Int[0, 1000], Gen.Double[0, 1]).Sample((step, share) =>
        {
            var audits = new WorkerAudits(
                SampleJobs.Job, new WorkerId("w1"), seed: 3, new BlockLayout(new Network(SampleJobs.Small.Network).Layout.Count, 1), new Recorder());
            audits.SetShare(share);
            audits.Begin(lineage: 1, step, Leaves);
            var plan = new AuditPlan(3, share);
            var run = new IndexRange(5, 13);
            var cut = audits.Split(run).ToList();
            Assert.Equal(Positions(run), cut.SelectMany(Positions));
            for (var i = 0; i < cut.Count; i++)
            {
                Assert.True(cut[i].Count == 1 || !Positions(cut[i]).Any(shard => plan.Picks(step, shard)));
                // Every cut has a reason: one of the two neighbours is audited.
                if (i > 0) Assert.True(plan.Picks(step, cut[i].First) || plan.Picks(step, cut[i - 1].First));
            }
        }, iter: 500);

    private static IEnumerable<int> Positions(IndexRange range) => Enumerable.Range(range.First, range.Count);
}
