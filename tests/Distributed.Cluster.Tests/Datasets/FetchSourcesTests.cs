using Akka.TestKit;
using Distributed.Cluster.Datasets;
using Distributed.Cluster.Messages;
using Distributed.Cluster.TensorPlane;
using Distributed.Cluster.Tests.Actors;
using Distributed.Protocol.Datasets;

namespace Distributed.Cluster.Tests.Datasets;

/// <summary>The sources of a fetch; data actors are probes, and their nodes are not running.</summary>
public sealed class FetchSourcesTests : ActorSpec
{
    private readonly DataPlane _plane = DataNode.Plane("here");
    private readonly TestProbe _node;
    private readonly FetchSources _sources;

    public FetchSourcesTests()
    {
        _node = CreateTestProbe();
        _sources = new FetchSources("wanted", _plane, TestActor);
    }

    [Fact]
    public void Offers_of_another_data_set_are_not_accepted()
    {
        Assert.True(_sources.Accepts(OfferOf("first", "root")));
        Assert.False(_sources.Accepts(OfferOf("first", "root") with { Sha256 = "other" }));
    }

    [Fact]
    public void A_node_that_sent_a_damaged_list_is_dropped_and_its_offers_are_not_accepted()
    {
        Add("first");
        Add("second");
        _sources.Distrust("first");
        Assert.Equal((false, true), (_sources.Contains("first"), _sources.Contains("second")));
        Assert.False(_sources.Accepts(OfferOf("first", "another root")));
        Assert.True(_sources.Accepts(OfferOf("second", "root")));
    }

    [Fact]
    public void A_file_that_holds_other_samples_is_not_accepted_from_any_node_but_another_file_is()
    {
        Add("first");
        Add("second");
        _sources.Refute("root");
        Assert.Equal(0, _sources.Count);
        Assert.False(_sources.Accepts(OfferOf("third", "root")));
        Assert.True(_sources.Accepts(OfferOf("first", "another root")));
    }

    [Fact]
    public void A_node_that_was_dropped_may_be_added_again()
    {
        Add("first");
        _sources.Drop("first");
        Assert.False(_sources.Contains("first"));
        Add("first");
        Assert.Empty(_sources.Connected); // it does not run
    }

    [Fact]
    public void The_newest_data_actor_of_a_node_is_asked()
    {
        Add("first");
        var successor = CreateTestProbe();
        Assert.True(_sources.TryAdd(EndpointOf("first"), successor.Ref));
        Assert.Equal(1, _sources.Count);
        _sources.Ask("first", "root", 7);
        var asked = Next<GetChunk>(successor);
        Assert.Equal(("wanted", "root", 7, _plane.Endpoint), (asked.Sha256, asked.Root, asked.Index, asked.ReplyTo));
        Assert.False(_node.HasMessages);
    }

    [Fact]
    public void A_node_without_a_usable_address_is_no_source_and_their_number_is_bounded()
    {
        Assert.False(_sources.TryAdd(new DataEndpoint("nowhere", ["not an address"]), _node.Ref));
        for (var i = 0; i < ChunkFetch.MaximumSources; i++) Add($"node-{i}");
        Assert.False(_sources.TryAdd(EndpointOf("one-too-many"), _node.Ref));
    }

    protected override void AfterAll()
    {
        _sources.Dispose();
        _plane.DisposeAsync().AsTask().Wait(Bound);
        base.AfterAll();
    }

    private static DataAvailable OfferOf(string node, string root) => new("wanted", root, 4, EndpointOf(node));

    /// <summary>The endpoint of a node that does not run.</summary>
    private static DataEndpoint EndpointOf(string node) => new(node, ["127.0.0.1:1"]);

    private void Add(string node) => Assert.True(_sources.TryAdd(EndpointOf(node), _node.Ref));
}
