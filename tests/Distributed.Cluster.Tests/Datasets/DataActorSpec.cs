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
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Tests.Datasets;

/// <summary>A node's data actor; the requesting node has its own data plane, over a real loopback connection.</summary>
public sealed class DataActorSpec : ActorSpec
{
    private static readonly EncodedDataSet Buyers = DataSets.Load(new DataSettings { Source = "buyers", Seed = 1 });
    private static readonly JobId Other = new("other");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("distributed-data-");
    private readonly SampleCache _cache;
    private readonly DataPlane _plane = DataNode.Plane("here");
    private readonly TestProbe _parent;
    private readonly IActorRef _data;

    public DataActorSpec()
    {
        _parent = CreateTestProbe();
        _cache = SampleCache.Open(_folder.FullName, 1 << 24, "127.0.0.1", 0);
        _data = ChildOf(_parent, DataActor.Props(_cache, _plane), NodeActors.Data);
    }

    [Fact]
    public async Task A_node_answers_for_the_data_that_it_has_whole_and_not_for_others()
    {
        _data.Tell(new FindData(Buyers.Sha256), TestActor);
        Settle(_data);
        Assert.False(HasMessages);
        await _cache.AddAsync(Buyers, CancellationToken.None);
        _data.Tell(new FindData(Buyers.Sha256), TestActor);
        var here = ExpectMsg<DataAvailable>(Bound);
        Assert.Equal((Buyers.Sha256, SampleFile.LengthOf(Buyers), _plane.Endpoint), (here.Sha256, here.Length, here.Endpoint));
    }

    [Fact]
    public async Task A_chunk_that_is_not_there_or_of_another_list_is_refused_for_good()
    {
        await _cache.AddAsync(Buyers, CancellationToken.None);
        var chunks = _cache.Find(Buyers.Sha256)!;
        foreach (var wrong in new GetChunk[]
        {
            new(new string('0', 64), chunks.Root, 0, _plane.Endpoint),
            new(Buyers.Sha256, "another", 0, _plane.Endpoint),
            new(Buyers.Sha256, chunks.Root, chunks.Count, _plane.Endpoint),
            new(Buyers.Sha256, chunks.Root, -2, _plane.Endpoint),
        })
        {
            _data.Tell(wrong, TestActor);
            var refused = ExpectMsg<ChunkRefused>(Bound);
            Assert.Equal((wrong.Index, _plane.Endpoint.Node, false), (refused.Index, refused.Node, refused.IsBusy));
        }
    }

    [Fact]
    public async Task A_node_that_is_not_connected_is_told_to_ask_again_later()
    {
        await _cache.AddAsync(Buyers, CancellationToken.None);
        _data.Tell(new GetChunk(Buyers.Sha256, _cache.Find(Buyers.Sha256)!.Root, 0, new DataEndpoint("stranger", [])), TestActor);
        Assert.True(ExpectMsg<ChunkRefused>(Bound).IsBusy);
    }

    [Fact]
    public async Task The_list_and_the_chunks_come_on_the_data_plane_as_they_are_in_the_file()
    {
        await _cache.AddAsync(Buyers, CancellationToken.None);
        var chunks = _cache.Find(Buyers.Sha256)!;
        var fetch = CreateTestProbe();
        await using var plane = DataNode.Plane("there");
        plane.AddFetch(Buyers.Sha256, fetch.Ref);
        using var connection = plane.Connect(_plane.Endpoint);
        Assert.Equal(_plane.Endpoint.Node, Next<PeerConnected>(fetch).Node);
        AwaitCondition(() => _plane.IsConnected(plane.Endpoint.Node), Bound);
        for (var index = DataChunk.ChunkListIndex; index < chunks.Count; index++)
        {
            _data.Tell(new GetChunk(Buyers.Sha256, chunks.Root, index, plane.Endpoint), TestActor);
            var arrived = Next<ChunkArrived>(fetch);
            using (arrived.Chunk.Lease)
            {
                var bytes = MemoryMarshal.AsBytes(arrived.Chunk.Values.Span);
                Assert.Equal((index, _plane.Endpoint.Node), (arrived.Chunk.Index, arrived.Node));
                if (index < 0) Assert.Equal(chunks.Bytes.ToArray(), bytes.ToArray());
                else Assert.True(chunks.IsRight(index, bytes));
            }
        }
        Assert.False(HasMessages); // nothing was refused
    }

    [Fact]
    public async Task Workers_hear_of_data_that_an_earlier_process_left_here_once_it_was_checked()
    {
        await _cache.AddAsync(Buyers, CancellationToken.None);
        _data.Tell(new ObtainData(SampleJob.Id, Buyers.Sha256), TestActor);
        Assert.Equal(SampleJob.Id, ExpectMsg<DataPresent>(Bound).Job);
    }

    [Fact]
    public void Data_that_no_node_has_is_looked_for_once_for_all_workers_and_then_missed_by_each()
    {
        Join(); // the node is the only member
        _data.Tell(new ObtainData(SampleJob.Id, Buyers.Sha256), TestActor);
        _data.Tell(new ObtainData(Other, Buyers.Sha256), TestActor);
        PassUntil(() => HasMessages, _data, "the fetch gives up");
        var missing = new[] { ExpectMsg<DataMissing>(Bound), ExpectMsg<DataMissing>(Bound) };
        Assert.Equal([SampleJob.Id, Other], missing.Select(message => message.Job));
        Assert.All(missing, message => Assert.Contains("no node of the cluster has the data set", message.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_that_is_no_hash_is_missed_at_once()
    {
        _data.Tell(new ObtainData(SampleJob.Id, "../../etc"), TestActor);
        Assert.Contains("no SHA-256", ExpectMsg<DataMissing>(Bound).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Workers_that_wait_hear_of_a_restart_and_may_ask_again()
    {
        _data.Tell(new ObtainData(SampleJob.Id, Buyers.Sha256), TestActor);
        Settle(_data);
        RestartByItsSupervisor(_data);
        Assert.Contains("failed", ExpectMsg<DataMissing>(Bound).Reason, StringComparison.Ordinal);
        _data.Tell(new ObtainData(SampleJob.Id, "none"), TestActor);
        ExpectMsg<DataMissing>(Bound);
    }

    protected override void AfterAll()
    {
        try
        {
            base.AfterAll();
        }
        finally
        {
            _plane.DisposeAsync().AsTask().Wait(Bound);
            _cache.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
