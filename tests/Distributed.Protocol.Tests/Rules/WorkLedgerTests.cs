using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Tests.Specification;
using Distributed.Protocol.Workers;

namespace Distributed.Protocol.Tests.Rules;

public sealed class WorkLedgerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly WorkerId Worker = new("w1");

    private readonly Recorder _effects = new();
    private readonly WorkLedger _ledger;
    private readonly BlockLayout _layout;

    public WorkLedgerTests()
    {
        _layout = new BlockLayout(new Network(SampleJobs.Small.Network).Layout.Count, 2);
        _ledger = new WorkLedger(SampleJobs.Job, Worker, SampleJobs.Small, 2, new WorkerTimes(), _effects);
        Assign(1, lineage: 1);
    }

    [Fact]
    public void Shards_are_computed_once_all_blocks_weights_are_there()
    {
        Weights(0, version: 0);
        Assert.Empty(_effects.Computing);
        Weights(1, version: 0);
        Weights(1, version: 0); // duplicate
        Assert.Equal([new IndexRange(0, 2)], _effects.Computing);
    }

    [Fact]
    public void Nodes_are_kept_until_every_block_has_applied_them()
    {
        Weights(0, version: 0);
        Weights(1, version: 0);
        _ledger.OnNodeComputed(1, 0, Node(0, 2));
        Assert.Equal(2, _effects.Take<PushGradient>().Count);
        Weights(0, version: 1);
        Assert.Empty(_effects.Released);
        _ledger.OnGetMissingNodes(new GetMissingNodes(SampleJobs.Job, 1, 1, 0, new IndexRange(1, 1)), Second);
        Assert.Equal(1, Assert.Single(_effects.Take<PushGradient>()).Block);
        Weights(1, version: 1);
        Assert.Single(_effects.Released);
        Assert.Equal(0, _ledger.KeptNodes);
    }

    [Fact]
    public void Slices_of_both_versions_are_asked_for_when_blocks_stand_a_step_apart()
    {
        Weights(0, version: 0);
        Weights(1, version: 1); // block 1 is ahead, and its slice of version 0 was lost
        _effects.Sent.Clear();
        _ledger.OnTick(Second * 10);
        Assert.Equal([0, 1], _effects.Take<GetWeights>().Select(message => message.Block));
        Weights(1, version: 0);
        Assert.Equal(0, _ledger.Version);
    }

    [Fact]
    public void A_newer_lineage_is_believed_and_an_older_one_dropped()
    {
        Weights(0, version: 0);
        Weights(1, version: 0, lineage: 2);
        Assert.Equal(2, _ledger.Lineage);
        Weights(0, version: 0);
        Assert.Equal(-1, _ledger.Version); // slices of lineage 1 do not complete lineage 2
        Weights(0, version: 0, lineage: 2);
        Assert.Equal(0, _ledger.Version);
    }

    [Fact]
    public void An_assignment_of_an_older_term_is_not_obeyed()
    {
        _ledger.OnAssign(Assignment(2, 1, term: 2), Second);
        _effects.Sent.Clear();
        _ledger.OnAssign(Assignment(3, 1, term: 1), Second);
        Assert.Empty(_effects.Sent);
    }

    [Fact]
    public void The_next_epoch_waits_for_the_word_that_opens_it()
    {
        for (var version = 0; version <= 3; version++)
        {
            Weights(0, version);
            Weights(1, version);
        }
        Assert.Equal(3, _effects.Computing.Count); // the steps 0, 1 and 2
        _ledger.OnOpenEpoch(new OpenWorkerEpoch(SampleJobs.Job, 1, 1, OpenThrough: 1));
        Assert.Equal(4, _effects.Computing.Count);
    }

    [Fact]
    public void A_block_that_asks_for_nodes_proves_that_the_epoch_is_open()
    {
        Weights(0, version: 3);
        Weights(1, version: 3);
        _ledger.OnGetMissingNodes(new GetMissingNodes(SampleJobs.Job, 0, 1, 3, new IndexRange(0, 2)), Second);
        Assert.Single(_effects.Computing);
    }

    [Fact]
    public void A_node_of_a_step_that_is_over_is_released_at_once()
    {
        Weights(0, version: 1);
        Weights(1, version: 1);
        _ledger.OnNodeComputed(1, 0, Node(0, 2));
        Assert.Single(_effects.Released);
        Assert.Empty(_effects.Take<PushGradient>());
    }

    [Fact]
    public void A_change_of_assignment_computes_only_what_is_new()
    {
        Weights(0, version: 0);
        Weights(1, version: 0);
        _ledger.OnAssign(Assignment(2, 1, others: 1), Second);
        _ledger.OnAssign(Assignment(3, 1), Second);
        Assert.Equal([new IndexRange(0, 2)], _effects.Computing);
    }

    private void Assign(long number, long lineage) => _ledger.OnAssign(Assignment(number, lineage), Second);

    private static AssignWorker Assignment(long number, long lineage, long term = 1, int others = 0) => new(
        SampleJobs.Job, term, lineage,
        new Assignment(number, [new WorkerShare(Worker, 1), .. Enumerable.Range(0, others).Select(i => new WorkerShare(new WorkerId($"x{i}"), 1))]),
        OpenThrough: 0);

    private void Weights(int block, long version, long lineage = 1) =>
        _ledger.OnWeights(new WeightsUpdated(SampleJobs.Job, block, lineage, version, new float[_layout[block].Count], null), Second);

    private MadeUpNode Node(int first, int count) => new(new ReductionNode(first, count), new float[_layout.ParameterCount]);
}
