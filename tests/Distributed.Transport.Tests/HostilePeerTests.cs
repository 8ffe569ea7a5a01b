using System.Net.Sockets;
using Distributed.Protocol.Messages;
using Distributed.Transport.Channels;
using Distributed.Transport.Connections;
using Distributed.Transport.Frames;
using Distributed.Transport.Messages;
using Distributed.Transport.Peers;
using Xunit.Abstractions;

namespace Distributed.Transport.Tests;

/// <summary>Peers that send rubbish, too much, nothing, or die: the connection is closed with a reason, and the node goes on.</summary>
public sealed class HostilePeerTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly Nodes _nodes = new();
    private readonly RecordingReceiver _received = new();
    private TensorTransport _node = null!;

    public Task InitializeAsync()
    {
        _node = _nodes.Start(Nodes.Options("victim") with { MaximumPayloadBytes = 1 << 20 }, _received);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        Assert.Equal(0, _node.LeasedBytes);
        await _nodes.StopAsync();
    }

    private Socket Impersonate(Wire wire) => Nodes.Impersonate("villain", _node, _node.Listen(_nodes.AddressFor(wire)));

    private string Reason()
    {
        Eventually.Holds(() => !_received.Lost.IsEmpty, "the peer is lost");
        Assert.True(_received.Lost.TryDequeue(out var lost));
        return lost.Reason;
    }

    private static byte[] Written(params PushGradient[] gradients)
    {
        var channel = new MemoryChannel([]);
        var writer = new FrameWriter(channel, FrameLimits.Default.MaximumPayloadBytes);
        foreach (var gradient in gradients) writer.Write(gradient);
        return channel.Sent;
    }

    [Theory]
    [InlineData(Wire.Tcp)]
    [InlineData(Wire.Unix)]
    public void A_peer_that_dies_is_reported_within_100_ms(Wire wire)
    {
        var times = new List<double>();
        var address = _node.Listen(_nodes.AddressFor(wire));
        for (var i = 0; i < 9; i++)
        {
            var peer = Nodes.Impersonate("villain", _node, address);
            Eventually.Holds(() => _node.IsConnected(new PeerId("villain")), "connected");
            var frame = Written(Frame.Gradient(1000));
            peer.Send(frame.AsSpan(0, i % 3 == 0 ? frame.Length : 100 + i * 300)); // also in the middle of a frame
            peer.Dispose();
            times.Add(Eventually.Holds(() => !_received.Lost.IsEmpty, "the peer is lost").TotalMilliseconds);
            output.WriteLine($"{times[^1]:F2} ms: {Reason()}");
        }
        times.Sort();
        Assert.True(times[times.Count / 2] < 100, $"{times[times.Count / 2]} ms"); // the median: the machine may be busy
    }

    [Theory]
    [InlineData(Wire.Tcp)]
    [InlineData(Wire.Unix)]
    public void A_peer_that_dies_within_a_frame_leaves_nothing_behind(Wire wire)
    {
        using (var peer = Impersonate(wire)) peer.Send(Written(Frame.Gradient(50_000)).AsSpan(0, 100_000));
        Assert.Contains("in the middle of a frame", Reason(), StringComparison.Ordinal);
        Assert.Empty(_received.Gradients);
    }

    [Fact]
    public void A_damaged_value_is_never_delivered()
    {
        using var peer = Impersonate(Wire.Unix);
        var bytes = Written(Frame.Gradient(5000));
        bytes[10_000] ^= 4;
        peer.Send(bytes);
        Assert.Equal("a frame's checksum is wrong", Reason());
        Assert.Empty(_received.Gradients);
    }

    [Fact]
    public void A_frame_above_the_limit_is_refused_by_its_header_alone()
    {
        using var peer = Impersonate(Wire.Tcp);
        peer.Send(Written(Frame.Gradient((1 << 18) + 1)).AsSpan(0, 2 * FrameHeader.Size));
        Assert.Contains("the limit is 1048576", Reason(), StringComparison.Ordinal);
    }

    [Fact]
    public void Rubbish_after_the_handshake_is_refused()
    {
        using var peer = Impersonate(Wire.Tcp);
        peer.Send(new byte[FrameHeader.Size]);
        Assert.Contains("wrong magic", Reason(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_receivers_refusal_closes_the_connection_with_its_reason()
    {
        _received.Refuse = gradient => $"no such job: {gradient.Job}";
        using var peer = Impersonate(Wire.Unix);
        peer.Send(Written(Frame.Gradient(100)));
        Assert.Equal($"no such job: {Frame.Job}", Reason());
    }

    [Fact]
    public void A_receiver_that_throws_loses_the_connection_but_not_the_node()
    {
        _received.Refuse = gradient =>
        {
            gradient.Lease!.Dispose();
            throw new InvalidOperationException("broken");
        };
        using (var peer = Impersonate(Wire.Unix))
        {
            peer.Send(Written(Frame.Gradient(100)));
            Assert.Contains("broken", Reason(), StringComparison.Ordinal);
        }
        _received.Refuse = null;
        using var next = Impersonate(Wire.Unix);
        next.Send(Written(Frame.Gradient(100)));
        Eventually.Holds(() => _received.Gradients.Count == 1, "the next connection works");
        next.Dispose();
        Reason();
    }

    [Fact]
    public void Mutated_streams_over_sockets_bring_only_what_was_sent()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var sent = Enumerable.Range(0, 4).Select(i => Frame.Gradient(100 + 9000 * i, seed: i + 1, step: i)).ToArray();
        var original = Written(sent);
        var addresses = new[] { _node.Listen(_nodes.AddressFor(Wire.Tcp)), _node.Listen(_nodes.AddressFor(Wire.Unix)) };
        for (var i = 0; i < 200; i++)
        {
            using (var peer = Nodes.Impersonate("villain", _node, addresses[i % 2]))
            {
                try
                {
                    peer.Send(Mutation.ApplyToStream(random, original));
                }
                catch (SocketException)
                {
                    // The node has hung up already.
                }
            }
            Assert.NotEmpty(Reason());
        }
        Assert.All(_received.Gradients, came => Assert.Contains(sent, gradient => Frame.IsSame(gradient, came)));
        output.WriteLine($"{_received.Gradients.Count} of {200 * sent.Length} frames came through whole");
    }

    [Fact]
    public async Task Whoever_does_not_finish_the_handshake_is_cut_off_and_their_number_is_bounded()
    {
        var options = Nodes.Options("strict") with { HandshakeLimit = TimeSpan.FromMilliseconds(300), MaximumHandshakes = 3 };
        var strict = _nodes.Start(options, new RecordingReceiver());
        var address = strict.Listen(_nodes.AddressFor(Wire.Tcp));
        var silent = Enumerable.Range(0, 8).Select(_ => SocketDial.Connect(address, TimeSpan.FromSeconds(5), default, out var _)!).ToArray();
        var endings = silent.Select(s => Task.Run(() => new SocketChannel(s, TimeSpan.FromSeconds(5)).Receive(new byte[1]))).ToArray();
        Assert.All(await Task.WhenAll(endings).WaitAsync(TimeSpan.FromSeconds(20)), count => Assert.Equal(0, count));
        foreach (var socket in silent) socket.Dispose();

        // And the places are free again.
        using var welcome = Nodes.Impersonate("late", strict, address);
        Eventually.Holds(() => strict.IsConnected(new PeerId("late")), "connected");
    }

    [Fact]
    public async Task Idle_connections_beyond_the_bound_do_not_keep_a_peer_out()
    {
        var strict = _nodes.Start(Nodes.Options("strict") with { HandshakeLimit = TimeSpan.FromMinutes(1) }, new RecordingReceiver());
        var address = strict.Listen(_nodes.AddressFor(Wire.Tcp));
        var silent = Enumerable.Range(0, 80).Select(_ => SocketDial.Connect(address, TimeSpan.FromSeconds(5), default, out var _)!).ToArray();
        using (Nodes.Impersonate("worker", strict, address))
        {
            Eventually.Holds(() => strict.IsConnected(new PeerId("worker")), "connected");
            // The newest idle ones still wait for their hand-shake, the oldest are closed; the peer stays.
            var closed = await Task.Run(() => new SocketChannel(silent[0], TimeSpan.FromSeconds(5)).Receive(new byte[1])).WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Equal(0, closed);
            Assert.Equal(0, silent[^1].Available);
            Assert.True(strict.IsConnected(new PeerId("worker")));
        }
        foreach (var socket in silent) socket.Dispose();
    }
}
