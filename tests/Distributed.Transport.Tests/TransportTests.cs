using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Transport.Frames;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Tests;

public sealed class TransportTests : IAsyncLifetime
{
    private readonly Nodes _nodes = new();
    private readonly RecordingReceiver _atA = new(), _atB = new();
    private TensorTransport _a = null!, _b = null!;

    public Task InitializeAsync()
    {
        _a = _nodes.Start("a", _atA);
        _b = _nodes.Start("b", _atB);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _nodes.StopAsync();

    [Theory]
    [InlineData(Wire.Tcp)]
    [InlineData(Wire.Unix)]
    public void Gradients_and_weights_arrive_bit_for_bit_in_both_directions(Wire wire)
    {
        _nodes.Connect(_a, _b, wire);
        int[] lengths = [0, 1, 31, 4064, 4065, 4066, 20_000, 1_000_003];
        var gradients = lengths.Select((n, i) => Frame.Gradient(n, seed: i + 1, step: i)).ToArray();
        var weights = lengths.Select((n, i) => Frame.Weights(n, seed: i + 1, step: i, block: i)).ToArray();
        foreach (var gradient in gradients) Assert.True(_a.TrySend(_b.Self, gradient));
        foreach (var message in weights) Assert.True(_b.TrySend(_a.Self, Frame.Worker, message));
        Eventually.Holds(() => _atB.Gradients.Count == lengths.Length && _atA.Weights.Count == lengths.Length, "all have come");
        foreach (var (sent, came) in gradients.Zip(_atB.Gradients)) Assert.True(Frame.IsSame(sent, came));
        foreach (var (sent, came) in weights.Zip(_atA.Weights))
        {
            Assert.Equal(Frame.Worker, came.To);
            Assert.True(Frame.IsSame(sent, came.Weights));
        }
    }

    [Theory]
    [InlineData(Wire.Tcp)]
    [InlineData(Wire.Unix)]
    public void Blocks_above_the_limit_of_a_frame_arrive_whole_between_small_ones(Wire wire)
    {
        const int Large = 3_000_001;
        var small = (Nodes.Options("c") with { MaximumPayloadBytes = 1 << 20 }, new RecordingReceiver());
        var large = (Nodes.Options("d") with { MaximumPayloadBytes = 1 << 20 }, new RecordingReceiver());
        var (c, d) = (_nodes.Start(small.Item1, small.Item2), _nodes.Start(large.Item1, large.Item2));
        _nodes.Connect(c, d, wire);
        PushGradient[] gradients = [Frame.Gradient(7, step: 1), Frame.Gradient(Large, step: 2), Frame.Rounded(Frame.Gradient(Large, step: 3)), Frame.Gradient(9, step: 4)];
        foreach (var gradient in gradients) Assert.True(c.TrySend(d.Self, gradient));
        Assert.True(d.TrySend(c.Self, Frame.Worker, Frame.Weights(Large)));
        Eventually.Holds(() => large.Item2.Gradients.Count == gradients.Length && !small.Item2.Weights.IsEmpty, "all have come");
        foreach (var (sent, came) in gradients.Zip(large.Item2.Gradients)) Assert.True(Frame.IsSame(sent, came));
        Assert.True(Frame.IsSame(Frame.Weights(Large), small.Item2.Weights.Single().Weights));
    }

    [Theory]
    [InlineData(Wire.Tcp)]
    [InlineData(Wire.Unix)]
    public async Task All_leases_come_back_once(Wire wire)
    {
        _nodes.Connect(_a, _b, wire);
        var leases = Enumerable.Range(0, 100).Select(_ => new CountedLease()).ToArray();
        for (var i = 0; i < leases.Length; i++) Assert.True(_a.TrySend(_b.Self, Frame.Gradient(10_000, step: i), leases[i]));
        Assert.True(await _a.DrainAsync(TimeSpan.FromSeconds(20)));
        Assert.All(leases, lease => Assert.Equal(1, lease.Disposals));
        Eventually.Holds(() => _atB.Gradients.Count == leases.Length && _b.LeasedBytes == 0, "the receiver's memory is free");
    }

    [Fact]
    public void Concurrent_senders_lose_and_double_nothing()
    {
        const int Threads = 8, Frames = 100;
        _nodes.Connect(_a, _b, Wire.Unix);
        var threads = Enumerable.Range(0, Threads).Select(t => new Thread(() =>
        {
            for (var i = 0; i < Frames; i++)
            {
                var gradient = Frame.Gradient(1 + 37 * i, seed: t + 1, step: i);
                Eventually.Holds(() => _a.TrySend(_b.Self, gradient), "the queue has room");
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Eventually.Holds(() => _atB.Gradients.Count >= Threads * Frames, "all have come");
        Assert.Equal(Threads * Frames, _atB.Gradients.Select(g => (g.Block, g.Step)).Distinct().Count());
        Assert.All(_atB.Gradients, g => Assert.True(Frame.IsSame(Frame.Gradient(1 + 37 * (int)g.Step, seed: g.Block, step: g.Step), g)));
        for (var t = 1; t <= Threads; t++) // each sender's frames in its order
            Assert.Equal(Enumerable.Range(0, Frames).Select(i => (long)i), _atB.Gradients.Where(g => g.Block == t).Select(g => g.Step));
    }

    [Fact]
    public async Task Both_dialling_at_once_end_with_one_connection()
    {
        for (var round = 0; round < 20; round++)
        {
            RecordingReceiver atC = new(), atD = new();
            var c = _nodes.Start($"c{round}", atC);
            var d = _nodes.Start($"d{round}", atD);
            var (atAddressC, atAddressD) = (c.Listen(_nodes.AddressFor(Wire.Unix)), d.Listen(_nodes.AddressFor(Wire.Unix)));
            using var start = new Barrier(2);
            var dialling = Task.Run(() => { start.SignalAndWait(); c.KeepConnected(new TensorEndpoint(d.Self, atAddressD)); });
            start.SignalAndWait();
            d.KeepConnected(new TensorEndpoint(c.Self, atAddressC));
            await dialling;
            Eventually.Holds(() => c.IsConnected(d.Self) && d.IsConnected(c.Self), "connected");
            Eventually.Holds(() => c.TrySend(d.Self, Frame.Gradient(10)) && !atD.Gradients.IsEmpty, "frames pass one way");
            Eventually.Holds(() => d.TrySend(c.Self, Frame.Gradient(10)) && !atC.Gradients.IsEmpty, "frames pass the other way");
            Assert.Equal(1, atC.Connected.Count - atC.Lost.Count);
            Assert.Equal(1, atD.Connected.Count - atD.Lost.Count);
        }
    }

    [Fact]
    public void To_itself_a_node_sends_by_reference()
    {
        var lease = new CountedLease();
        _atA.KeepsLeases = true;
        var gradient = Frame.Gradient(100);
        Assert.True(_a.IsConnected(_a.Self));
        Assert.True(_a.TrySend(_a.Self, gradient, lease));
        Assert.True(_atA.Gradients.TryDequeue(out var came));
        Assert.True(came.Values.Equals(gradient.Values));
        Assert.Equal(0, lease.Disposals);
        came.Lease!.Dispose();
        Assert.Equal(1, lease.Disposals);
    }

    [Fact]
    public void To_a_peer_that_is_not_connected_nothing_is_taken()
    {
        var lease = new CountedLease();
        Assert.False(_a.TrySend(_b.Self, Frame.Gradient(1), lease));
        Assert.False(_a.TrySend(_b.Self, Frame.Worker, Frame.Weights(1), lease));
        Assert.Equal(0, lease.Disposals);
    }

    [Fact]
    public void A_message_that_no_receiver_would_take_is_the_callers_mistake()
    {
        Assert.Throws<ArgumentException>(() => _a.TrySend(_b.Self, Frame.Gradient(1) with { Lineage = -1 }));
        Assert.Throws<ArgumentException>(() => _a.TrySend(_b.Self, Frame.Gradient(1) with { Node = default }));
        Assert.Throws<ArgumentException>(() => _a.TrySend(_b.Self, new WorkerId("a b"), Frame.Weights(1)));
        Assert.Throws<ArgumentException>(() => _a.TrySend(_b.Self, Frame.Gradient(1) with { Values = new float[FrameLimits.MostElements + 1] }));
    }
}
