using System.Runtime.InteropServices;
using Akka.Actor;
using Akka.TestKit;
using Distributed.Cluster.Datasets;
using Distributed.Cluster.Messages;
using Distributed.Cluster.TensorPlane;
using Distributed.Cluster.Tests.Actors;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Tests.Datasets;

/// <summary>A fetch of one data set; the nodes that offer it are probes with their own data planes over real loopback connections.</summary>
public sealed class DataFetchActorSpec : ActorSpec
{
    private static readonly EncodedDataSet Buyers = DataSets.Load(new DataSettings { Source = "buyers", Seed = 1 });
    private static readonly EncodedDataSet Others = DataSets.Load(new DataSettings { Source = "buyers", Seed = 2 });

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("distributed-data-");
    private readonly SampleCache _cache;
    private readonly DataPlane _plane = DataNode.Plane("here");
    private readonly List<Source> _sources = [];
    private readonly TestProbe _parent;

    public DataFetchActorSpec()
    {
        _parent = CreateTestProbe();
        _cache = SampleCache.Open(Path.Combine(_root.FullName, "here"), 1 << 24, "127.0.0.1", 0);
    }

    [Fact]
    public async Task A_data_set_is_fetched_checked_and_kept()
    {
        var source = await AddSourceAsync(Buyers);
        var fetch = Start();
        source.Offer(fetch, Buyers.Sha256);
        source.Serve(this, fetch);
        Assert.Equal((Buyers.Sha256, null), Ended());
        using var borrowed = _cache.Borrow(Buyers.Sha256);
        Assert.NotNull(borrowed);
        Assert.True(SampleFile.Check(borrowed.Samples, Buyers.Sha256));
    }

    [Fact]
    public void Nodes_are_searched_at_once_and_ever_again()
    {
        Join();
        var search = ProbeAt(AddNode(NodeRoles.Worker), NodeActors.Data);
        var fetch = Start();
        for (var i = 0; i < 3; i++) Assert.Equal(Buyers.Sha256, PassUntil<FindData>(search, fetch).Sha256);
    }

    [Fact]
    public void A_fetch_that_finds_no_node_gives_up_and_says_what_to_do()
    {
        var fetch = Start();
        Assert.Contains("submit the job again where the data is", PassUntil<FetchEnded>(_parent, fetch).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_lost_the_data_is_replaced_by_another()
    {
        var (first, second) = (await AddSourceAsync(Buyers), await AddSourceAsync(Buyers));
        var fetch = Start();
        first.Offer(fetch, Buyers.Sha256);
        var asked = PassUntil<GetChunk>(first.Probe, fetch);
        fetch.Tell(new ChunkRefused(Buyers.Sha256, asked.Index, first.Plane.Endpoint.Node, IsBusy: false));
        second.Offer(fetch, Buyers.Sha256);
        second.Serve(this, fetch);
        Assert.Equal((Buyers.Sha256, null), Ended());
    }

    [Fact]
    public async Task A_busy_node_is_asked_again()
    {
        var source = await AddSourceAsync(Buyers);
        var fetch = Start();
        source.Offer(fetch, Buyers.Sha256);
        for (var i = 0; i < 2; i++)
        {
            var asked = PassUntil<GetChunk>(source.Probe, fetch);
            fetch.Tell(new ChunkRefused(Buyers.Sha256, asked.Index, source.Plane.Endpoint.Node, IsBusy: true));
        }
        source.Serve(this, fetch);
        Assert.Equal((Buyers.Sha256, null), Ended());
    }

    [Fact]
    public async Task A_node_that_does_not_answer_is_left_and_the_failure_is_told()
    {
        var source = await AddSourceAsync(Buyers);
        var fetch = Start();
        source.Offer(fetch, Buyers.Sha256);
        PassUntil<GetChunk>(source.Probe, fetch);
        fetch.Tell(new PeerLost(source.Plane.Endpoint.Node, "closed"));
        source.Stop();
        Assert.Contains("its connection broke", PassUntil<FetchEnded>(_parent, fetch).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_samples_under_the_wanted_name_are_not_kept()
    {
        var source = await AddSourceAsync(Others);
        var fetch = Start();
        source.Offer(fetch, Buyers.Sha256); // a false offer: this is the other data set's file
        source.Serve(this, fetch, until: () => !_sources[0].Probe.HasMessages && _cache.UsedBytes == 0);
        Assert.Contains("holds other samples", PassUntil<FetchEnded>(_parent, fetch).Reason, StringComparison.Ordinal);
        Assert.Null(_cache.Find(Buyers.Sha256));
        Assert.Equal(0, _cache.UsedBytes);
    }

    [Fact]
    public void A_fetch_that_is_stopped_says_that_the_data_will_not_come()
    {
        var fetch = Start();
        Settle(fetch);
        Sys.Stop(fetch);
        Assert.Contains("failed", Ended().Reason, StringComparison.Ordinal);
    }

    protected override void AfterAll()
    {
        try
        {
            base.AfterAll();
        }
        finally
        {
            foreach (var source in _sources) source.Stop();
            _plane.DisposeAsync().AsTask().Wait(Bound);
            _cache.Dispose();
            _root.Delete(recursive: true);
        }
    }

    private IActorRef Start() => ChildOf(_parent, DataFetchActor.Props(Buyers.Sha256, _cache, _plane), "fetch");

    private (string Sha256, string? Reason) Ended()
    {
        var ended = Next<FetchEnded>(_parent);
        return (ended.Sha256, ended.Reason);
    }

    private async Task<Source> AddSourceAsync(EncodedDataSet data)
    {
        var name = $"source-{_sources.Count}";
        var cache = SampleCache.Open(Path.Combine(_root.FullName, name), 1 << 24, "127.0.0.1", 0);
        await cache.AddAsync(data, CancellationToken.None);
        var source = new Source(data, cache, DataNode.Plane(name), CreateTestProbe());
        _sources.Add(source);
        return source;
    }

    /// <summary>A node that has a data set: a probe, and a real data actor that answers the requests sent to the probe.</summary>
    private sealed record Source(EncodedDataSet Data, SampleCache Cache, DataPlane Plane, TestProbe Probe)
    {
        private bool _isStopped;

        public void Offer(IActorRef fetch, string sha256)
        {
            var chunks = Cache.Find(Data.Sha256)!;
            fetch.Tell(new DataAvailable(sha256, chunks.Root, chunks.Length, Plane.Endpoint), Probe.Ref);
        }

        /// <summary>Answers requests until the fetch has ended.</summary>
        public void Serve(DataFetchActorSpec spec, IActorRef fetch, Func<bool>? until = null)
        {
            var served = 0;
            spec.PassUntil(() =>
            {
                if (Probe.ReceiveOne(TimeSpan.FromMilliseconds(5)) is GetChunk asked)
                {
                    served++;
                    Send(fetch, asked);
                }
                return served > 0 && (until?.Invoke() ?? spec._parent.HasMessages);
            }, fetch, "the data set is fetched");
        }

        private void Send(IActorRef fetch, GetChunk asked)
        {
            var chunks = Cache.Find(Data.Sha256)!;
            var values = new float[(asked.Index < 0 ? chunks.Bytes.Length : chunks.LengthOf(asked.Index)) / sizeof(float)];
            var bytes = MemoryMarshal.AsBytes(values.AsSpan());
            if (asked.Index < 0) chunks.Bytes.Span.CopyTo(bytes);
            else Assert.True(Cache.TryRead(Data.Sha256, asked.Index, bytes));
            fetch.Tell(new ChunkArrived(Plane.Endpoint.Node, new DataChunk(asked.Sha256, asked.Index, values, null)));
        }

        public void Stop()
        {
            if (_isStopped) return;
            _isStopped = true;
            Plane.DisposeAsync().AsTask().Wait(Bound);
            Cache.Dispose();
        }
    }
}
