using System.Buffers.Binary;
using Distributed.Transport.Handshakes;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Tests.Handshakes;

public sealed class HandshakeTests : IDisposable
{
    private static readonly PeerId Dialler = new("node-b"), Listener = new("node-a");

    private readonly SocketPair _sockets = new();

    private static Handshake For(PeerId self, string cluster = "test", string? secret = "secret") => new(self, cluster, secret, 7);

    private static Verdict Welcome(PeerId peer, ulong incarnation) => Verdict.Welcome;

    private async Task<(HandshakeResult Dialler, HandshakeResult Listener)> Shake(
        Handshake dialler, Handshake listener, PeerId expected, Handshake.Admit? atDialler = null, Handshake.Admit? atListener = null)
    {
        var answer = Task.Run(() =>
        {
            var result = listener.Answer(_sockets.AcceptedChannel, atListener ?? Welcome);
            if (result.Failure is not null) _sockets.Accepted.Dispose();
            return result;
        });
        var dialled = await Task.Run(() =>
        {
            var result = dialler.Dial(_sockets.DialledChannel, expected, atDialler ?? Welcome);
            if (result.Failure is not null) _sockets.Dialled.Dispose();
            return result;
        });
        return (dialled, await answer);
    }

    [Fact]
    public async Task Two_nodes_with_the_same_secret_know_each_other_afterwards()
    {
        var (dialler, listener) = await Shake(For(Dialler), For(Listener), Listener);
        Assert.Equal(new HandshakeResult(Listener, 7, false, null), dialler);
        Assert.Equal(new HandshakeResult(Dialler, 7, false, null), listener);
    }

    [Theory]
    [InlineData("secret", "other")]
    [InlineData("secret", null)]
    [InlineData("", "secret")]
    public async Task Another_secret_is_refused_and_both_sides_can_say_why(string? one, string? other)
    {
        var (dialler, listener) = await Shake(For(Dialler, secret: one), For(Listener, secret: other), Listener);
        Assert.Equal("the peer does not accept the shared secret", dialler.Failure);
        Assert.Equal("node-b does not know the shared secret", listener.Failure);
    }

    [Fact]
    public async Task Another_cluster_is_refused_and_both_sides_can_say_why()
    {
        var (dialler, listener) = await Shake(For(Dialler), For(Listener, cluster: "production"), Listener);
        Assert.Equal("node-a belongs to the cluster 'production', this node to 'test'", dialler.Failure);
        Assert.Equal("node-b belongs to the cluster 'test', this node to 'production'", listener.Failure);
    }

    [Fact]
    public async Task Another_node_than_the_expected_one_is_refused()
    {
        var (dialler, listener) = await Shake(For(Dialler), For(Listener), new PeerId("node-x"));
        Assert.Equal("node-a answers instead of node-x", dialler.Failure);
        Assert.NotNull(listener.Failure);
    }

    [Fact]
    public async Task A_node_refuses_one_with_its_own_name()
    {
        var (dialler, listener) = await Shake(For(Listener), For(Listener), Listener);
        Assert.NotNull(dialler.Failure);
        Assert.NotNull(listener.Failure);
    }

    [Fact]
    public async Task The_node_with_the_lesser_name_decides_and_the_other_is_asked_only_after_that()
    {
        var asked = new List<string>();
        var (dialler, listener) = await Shake(
            For(Dialler), For(Listener), Listener,
            (_, _) => { lock (asked) asked.Add("greater"); return Verdict.Welcome; },
            (_, _) => { lock (asked) asked.Add("lesser"); return Verdict.Welcome; });
        Assert.Null(dialler.Failure);
        Assert.Null(listener.Failure);
        Assert.Equal(["lesser", "greater"], asked);
    }

    [Fact]
    public async Task A_second_connection_that_the_lesser_name_refuses_is_none_for_the_other_either()
    {
        var (dialler, listener) = await Shake(
            For(Dialler), For(Listener), Listener, (_, _) => throw new InvalidOperationException("not to be asked"), (_, _) => Verdict.AlreadyConnected);
        Assert.Equal("the pair is connected already", dialler.Failure);
        Assert.Equal("node-b: the pair is connected already", listener.Failure);
    }

    [Fact]
    public async Task A_listener_that_only_pretends_to_accept_is_found_out()
    {
        var dialling = Task.Run(() => For(Dialler).Dial(_sockets.DialledChannel, Listener, Welcome));
        var fake = _sockets.AcceptedChannel;
        var theirs = new byte[Hello.Size];
        Assert.True(fake.ReceiveAll(theirs));
        var mine = new byte[Hello.Size];
        new Hello(Hello.CurrentVersion, 1, "test", Listener).Write(mine, new byte[Hello.NonceSize]);
        fake.Send(mine);
        var proof = new byte[SecretProof.Size];
        Assert.True(fake.ReceiveAll(proof));
        // Welcome, and the dialler's own proof sent back: the role in the proof makes it worthless.
        var answer = new byte[sizeof(uint) + SecretProof.Size];
        BinaryPrimitives.WriteUInt32LittleEndian(answer, (uint)Verdict.Welcome);
        proof.CopyTo(answer, sizeof(uint));
        fake.Send(answer);
        Assert.Equal("the peer does not know the shared secret", (await dialling).Failure);
    }

    [Fact]
    public async Task A_proof_that_was_overheard_is_worth_nothing_the_next_time()
    {
        var channel = _sockets.DialledChannel;
        var hello = new byte[Hello.Size];
        new Hello(Hello.CurrentVersion, 1, "test", Dialler).Write(hello, new byte[Hello.NonceSize]);
        var heard = new byte[SecretProof.Size];
        new SecretProof("secret").Write(heard, byDialler: true, hello, new byte[Hello.Size]);

        var answering = Task.Run(() => For(Listener).Answer(_sockets.AcceptedChannel, Welcome));
        channel.Send(hello);
        Assert.True(channel.ReceiveAll(new byte[Hello.Size]));
        channel.Send(heard);
        Assert.Equal("node-b does not know the shared secret", (await answering).Failure);
    }

    [Fact]
    public async Task Whoever_speaks_something_else_gets_no_answer()
    {
        var answering = Task.Run(() =>
        {
            var result = For(Listener).Answer(_sockets.AcceptedChannel, Welcome);
            _sockets.Accepted.Dispose();
            return result;
        });
        _sockets.DialledChannel.Send(System.Text.Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n".PadRight(Hello.Size)));
        Assert.Equal("the other side is no node of the data plane", (await answering).Failure);
        Assert.Equal(0, _sockets.DialledChannel.Receive(new byte[10]));
    }

    [Fact]
    public async Task Another_protocol_version_is_refused()
    {
        var answering = Task.Run(() => For(Listener).Answer(_sockets.AcceptedChannel, Welcome));
        var hello = new byte[Hello.Size];
        new Hello(9, 1, "test", Dialler).Write(hello, new byte[Hello.NonceSize]);
        _sockets.DialledChannel.Send(hello);
        Assert.Equal($"the peer speaks protocol version 9, this node {Hello.CurrentVersion}", (await answering).Failure);
    }

    [Fact]
    public void Ten_thousand_mutated_hellos_are_refused_or_readable()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var bytes = new byte[Hello.Size];
        for (var i = 0; i < 10_000; i++)
        {
            new Hello(Hello.CurrentVersion, 1, "test", Dialler).Write(bytes, new byte[Hello.NonceSize]);
            Mutation.Apply(random, bytes);
            var read = Hello.TryRead(bytes, out var hello, out var reason);
            Assert.True(read ? WireText.IsValid(hello.Peer.Value) && WireText.IsValid(hello.Cluster) : reason is not null, $"seed {seed}, case {i}");
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void A_hello_says_whether_memory_can_be_shared(ushort features, bool shares)
    {
        var bytes = new byte[Hello.Size];
        new Hello(Hello.CurrentVersion, 1, "test", Dialler, shares).Write(bytes, new byte[Hello.NonceSize]);
        Assert.Equal(features, BitConverter.ToUInt16(bytes, 6));
        Assert.True(Hello.TryRead(bytes, out var hello, out _));
        Assert.Equal(shares, hello.SharesMemory);
    }

    [Fact]
    public void Unknown_features_are_refused_by_their_number()
    {
        var bytes = new byte[Hello.Size];
        new Hello(Hello.CurrentVersion, 1, "test", Dialler).Write(bytes, new byte[Hello.NonceSize]);
        bytes[6] = 2;
        Assert.False(Hello.TryRead(bytes, out _, out var reason));
        Assert.Equal("the peer asks for unknown features 0x0002", reason);
    }

    public void Dispose() => _sockets.Dispose();
}
