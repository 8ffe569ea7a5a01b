using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Distributed.Transport.Connections;
using Distributed.Transport.Frames;
using Distributed.Transport.Peers;
using Distributed.Transport.Traffic;

namespace Distributed.Transport.Tests;

/// <summary>Dialling: again after a loss, elsewhere, in vain.</summary>
public sealed class ReconnectTests : IAsyncLifetime
{
    private readonly Nodes _nodes = new();
    private readonly RecordingReceiver _received = new();
    private TensorTransport _dialler = null!;

    public Task InitializeAsync()
    {
        _dialler = _nodes.Start(Nodes.Options("dialler") with { DialLimit = TimeSpan.FromMilliseconds(300) }, _received);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _nodes.StopAsync();

    [Theory]
    [InlineData(Wire.Tcp)]
    [InlineData(Wire.Unix)]
    public async Task A_peer_that_restarts_is_found_again(Wire wire)
    {
        var peer = new PeerId("peer");
        var first = _nodes.Start("peer", new RecordingReceiver());
        var address = first.Listen(_nodes.AddressFor(wire));
        using var keep = _dialler.KeepConnected(new TensorEndpoint(peer, address));
        for (var life = 1; life <= 3; life++)
        {
            Eventually.Holds(() => _dialler.IsConnected(peer) && first.IsConnected(_dialler.Self), "connected");
            await first.DisposeAsync();
            Eventually.Holds(() => _received.Lost.Count == life, "lost");
            Assert.False(_dialler.IsConnected(peer));
            first = _nodes.Start("peer", new RecordingReceiver());
            first.Listen(address);
        }
        Eventually.Holds(() => _received.Connected.Count == 4 && _dialler.GetDialFailure(peer) is null, "connected once more");
    }

    [Fact]
    public void The_last_interest_closes_the_connection()
    {
        var node = _nodes.Start("node", new RecordingReceiver());
        var endpoint = new TensorEndpoint(node.Self, node.Listen(_nodes.AddressFor(Wire.Unix)));
        var one = _dialler.KeepConnected(endpoint);
        var two = _dialler.KeepConnected(endpoint);
        Eventually.Holds(() => _dialler.IsConnected(node.Self), "connected");
        one.Dispose();
        one.Dispose();
        Assert.True(_dialler.IsConnected(node.Self));
        two.Dispose();
        Eventually.Holds(() => !node.IsConnected(_dialler.Self) && !_received.Lost.IsEmpty, "closed");
    }

    [Fact]
    public void A_socket_file_of_somebody_else_is_passed_over()
    {
        var other = _nodes.Start("other", new RecordingReceiver());
        var node = _nodes.Start("node", new RecordingReceiver());
        var addresses = new[]
        {
            TensorAddress.Unix("/nowhere/at/all"), other.Listen(_nodes.AddressFor(Wire.Unix)), node.Listen(_nodes.AddressFor(Wire.Tcp)),
        };
        using var keep = _dialler.KeepConnected(new TensorEndpoint(node.Self, addresses));
        Eventually.Holds(() => _dialler.IsConnected(node.Self), "connected");
        Assert.False(_dialler.IsConnected(other.Self));
    }

    [Theory]
    [InlineData("another secret", "test", "does not accept the shared secret")]
    [InlineData("a shared secret", "production", "belongs to the cluster 'production'")]
    public void A_node_that_does_not_belong_here_never_connects(string secret, string cluster, string expected)
    {
        var stranger = new RecordingReceiver();
        var node = _nodes.Start(Nodes.Options("node") with { Secret = secret, Cluster = cluster }, stranger);
        using var keep = _dialler.KeepConnected(new TensorEndpoint(node.Self, node.Listen(_nodes.AddressFor(Wire.Tcp))));
        Eventually.Holds(() => _dialler.GetDialFailure(node.Self)?.Contains(expected, StringComparison.Ordinal) == true, expected);
        Assert.Empty(_received.Connected);
        Assert.Empty(stranger.Connected);
    }

    [Fact]
    public void Nobody_at_the_address_is_a_failure_with_a_reason_not_a_hang()
    {
        // A listener that accepts nobody: once its backlog is full, a dial gets no answer at all.
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        deaf.Listen(0);
        var address = TensorAddress.Tcp("127.0.0.1", ((IPEndPoint)deaf.LocalEndPoint!).Port);
        var pending = new List<Socket>();
        string? failure = null;
        for (var i = 0; i < 20 && failure is null; i++)
            if (SocketDial.Connect(address, TimeSpan.FromMilliseconds(300), default, out failure) is { } socket) pending.Add(socket);
        Assert.Equal("no answer in time", failure);
        foreach (var socket in pending) socket.Dispose();
    }

    [Fact]
    public void A_dead_socket_file_is_taken_over_and_a_living_one_is_not()
    {
        var address = _nodes.AddressFor(Wire.Unix);
        using (var killed = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            var path = address.Path!;
            killed.Bind(new UnixDomainSocketEndPoint(path));
            killed.Listen(1);
            File.Move(path, path + ".kept"); // a killed process unlinks nothing
        }
        File.Move(address.Path + ".kept", address.Path!);
        var node = _nodes.Start("node", new RecordingReceiver());
        node.Listen(address);
        Assert.Throws<SocketException>(() => _nodes.Start("second", new RecordingReceiver()).Listen(address));
        using var keep = _dialler.KeepConnected(new TensorEndpoint(node.Self, address));
        Eventually.Holds(() => _dialler.IsConnected(node.Self), "the first still listens");
    }

    [Fact]
    public void Options_that_cannot_work_are_refused_with_a_reason()
    {
        var good = Nodes.Options("node");
        Assert.Null(good.Validate());
        foreach (var bad in new[]
                 {
                     good with { Secret = null }, good with { Secret = "" }, good with { Cluster = "" }, good with { Cluster = new string('c', 64) },
                     good with { MaximumPayloadBytes = 0 }, good with { ReceiveMemoryBytes = 1 << 20 }, good with { QueuedFrames = 0 },
                     good with { MaximumInbound = 0 }, good with { StallLimit = TimeSpan.Zero }, good with { LongestRedial = TimeSpan.FromMilliseconds(1) },
                 })
        {
            Assert.NotNull(bad.Validate());
            Assert.Throws<ArgumentException>(() => new TensorTransport(bad, _received));
        }
        Assert.Null((good with { Secret = null, AllowNoSecret = true }).Validate());
    }

    [Fact]
    public void Instruments_count_bytes_and_frames_by_peer()
    {
        var counted = new System.Collections.Concurrent.ConcurrentDictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == TransportMeter.Name) l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            foreach (var tag in tags)
                if (tag is { Key: "peer", Value: "metered" }) counted.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
        });
        listener.Start();
        var node = _nodes.Start("metered", new RecordingReceiver());
        _nodes.Connect(_dialler, node, Wire.Tcp);
        Assert.True(_dialler.TrySend(node.Self, Frame.Gradient(1000)));
        Assert.True(node.TrySend(_dialler.Self, Frame.Worker, Frame.Weights(500)));
        Eventually.Holds(
            () => counted.GetValueOrDefault("distributed.transport.sent.frames") == 1 && counted.GetValueOrDefault("distributed.transport.received.frames") == 1,
            "one frame each way");
        Assert.Equal(4000 + 136 + FrameHeader.Size, counted["distributed.transport.sent.bytes"]); // once with the job's name
        Assert.Equal(2000 + 136 + 2 * FrameHeader.Size, counted["distributed.transport.received.bytes"]);
    }
}
