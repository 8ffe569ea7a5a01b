using Distributed.Protocol.Messages;
using Distributed.Transport.Buffers;
using Distributed.Transport.Channels;
using Distributed.Transport.Frames;
using Distributed.Transport.Messages;
using Distributed.Transport.Options;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Tests;

/// <summary>Peers that do not read, and receivers that do not give memory back.</summary>
public sealed class SlowPeerTests : IAsyncLifetime
{
    private static readonly PeerId Slow = new("slow");
    private readonly Nodes _nodes = new();
    private readonly RecordingReceiver _received = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _nodes.StopAsync();

    private TensorTransport Start(TransportOptions options) => _nodes.Start(options, _received);

    [Theory]
    [InlineData(Wire.Tcp)]
    [InlineData(Wire.Unix)]
    public async Task A_block_never_waits_for_a_slow_worker_and_keeps_two_versions_for_it(Wire wire)
    {
        var node = Start(Nodes.Options("node"));
        using var peer = Nodes.Impersonate(Slow.Value, node, node.Listen(_nodes.AddressFor(wire)));
        Eventually.Holds(() => node.IsConnected(Slow), "connected");
        var leases = Enumerable.Range(0, 100).Select(_ => new CountedLease()).ToArray();
        var weights = Frame.Weights(1 << 20);
        for (var version = 0; version < leases.Length; version++)
            Assert.True(node.TrySend(Slow, Frame.Worker, weights with { Step = version }, leases[version]));
        // Those that the kernel took, the one that is being written, and two that wait.
        Assert.True(leases.Count(l => l.Disposals == 0) <= 3);
        Assert.Equal(0, leases[^1].Disposals);
        await node.DisposeAsync();
        Assert.All(leases, lease => Assert.Equal(1, lease.Disposals));
    }

    [Fact]
    public async Task Gradients_are_refused_at_the_bound_and_never_dropped_before_it()
    {
        var node = Start(Nodes.Options("node") with { QueuedFrames = 10 });
        using var peer = Nodes.Impersonate(Slow.Value, node, node.Listen(_nodes.AddressFor(Wire.Unix)));
        Eventually.Holds(() => node.IsConnected(Slow), "connected");
        var taken = new List<CountedLease>();
        while (true)
        {
            var lease = new CountedLease();
            if (!node.TrySend(Slow, Frame.Gradient(1 << 20, step: taken.Count), lease))
            {
                Assert.Equal(0, lease.Disposals);
                break;
            }
            taken.Add(lease);
            Assert.True(taken.Count < 1000);
        }
        Assert.True(taken.Count >= 10);

        var reader = new FrameReader(
            new SocketChannel(peer, TimeSpan.FromSeconds(20)), new TensorBufferPool(64 << 20), FrameLimits.Default, TimeSpan.FromSeconds(20), default);
        for (var step = 0; step < taken.Count; step++)
        {
            Assert.Null(reader.Next(out var frame));
            Assert.True(Frame.IsSame(Frame.Gradient(1 << 20, step: step), frame.Gradient!));
            frame.Lease.Dispose();
        }
        Assert.True(await node.DrainAsync(TimeSpan.FromSeconds(20)));
        Assert.All(taken, lease => Assert.Equal(1, lease.Disposals));
    }

    [Theory]
    [InlineData(Wire.Tcp)]
    [InlineData(Wire.Unix)]
    public void A_peer_that_never_reads_is_given_up_at_the_stall_limit(Wire wire)
    {
        var node = Start(Nodes.Options("node") with { StallLimit = TimeSpan.FromMilliseconds(300) });
        using var peer = Nodes.Impersonate(Slow.Value, node, node.Listen(_nodes.AddressFor(wire)));
        Eventually.Holds(() => node.IsConnected(Slow), "connected");
        var lease = new CountedLease();
        var frames = 0;
        while (node.TrySend(Slow, Frame.Gradient(1 << 20, step: frames), lease)) frames++;
        Eventually.Holds(() => !_received.Lost.IsEmpty, "the peer is given up");
        Assert.True(_received.Lost.TryPeek(out var lost));
        Assert.True(lost.Reason.StartsWith("the peer has stopped reading", StringComparison.Ordinal) || wire == Wire.Tcp, lost.Reason);
        Assert.Equal(frames, lease.Disposals);
    }

    [Theory]
    [InlineData(Wire.Tcp)]
    [InlineData(Wire.Unix)]
    public void A_receiver_without_memory_stops_reading_until_some_comes_back(Wire wire)
    {
        const int Frames = 60;
        var node = Start(Nodes.Options("node") with { MaximumPayloadBytes = 1 << 20, ReceiveMemoryBytes = 3 << 20 });
        _received.KeepsLeases = true;
        // Over the socket's ring or stream: tensors in shared memory are bounded by their sender (see PollingTests).
        var sender = _nodes.Start(Nodes.Options("sender") with { SharedMemoryBytes = 0 }, new RecordingReceiver());
        _nodes.Connect(sender, node, wire);
        var lease = new CountedLease();
        for (var i = 0; i < Frames; i++) Assert.True(sender.TrySend(node.Self, Frame.Gradient(1 << 18, step: i), lease));
        Eventually.Holds(() => node.Pool.Waiting == 1, "the reader waits");
        Assert.Equal(3, _received.Gradients.Count);
        Assert.True(lease.Disposals < Frames, "the kernel cannot have taken all of it");
        for (var i = 0; i < Frames; i++)
        {
            var next = default(PushGradient);
            Eventually.Holds(() => _received.Gradients.TryDequeue(out next), "another frame comes");
            Assert.True(Frame.IsSame(Frame.Gradient(1 << 18, step: i), next!));
            Assert.True(node.Pool.LeasedBytes + node.Pool.SpareBytes <= 3 << 20);
            next!.Lease!.Dispose();
        }
        Assert.Equal(0, node.LeasedBytes);
    }

    [Fact]
    public void A_reader_that_gets_no_memory_gives_up_at_the_stall_limit()
    {
        var node = Start(Nodes.Options("node") with
        {
            MaximumPayloadBytes = 1 << 20,
            ReceiveMemoryBytes = 2 << 20,
            StallLimit = TimeSpan.FromMilliseconds(200),
        });
        _received.KeepsLeases = true;
        // Over the socket's ring or stream: tensors in shared memory are bounded by their sender (see PollingTests).
        var sender = _nodes.Start(Nodes.Options("sender") with { SharedMemoryBytes = 0 }, new RecordingReceiver());
        _nodes.Connect(sender, node, Wire.Unix);
        for (var i = 0; i < 3; i++) sender.TrySend(node.Self, Frame.Gradient(1 << 18, step: i));
        Eventually.Holds(() => !_received.Lost.IsEmpty, "the connection is closed");
        Assert.True(_received.Lost.TryPeek(out var lost));
        Assert.Equal("no receive memory came back in time", lost.Reason);
        foreach (var gradient in _received.Gradients) gradient.Lease!.Dispose();
        Assert.Equal(0, node.LeasedBytes);
    }
}
