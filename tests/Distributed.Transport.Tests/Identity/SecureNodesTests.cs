using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Distributed.Tests;
using Distributed.Transport.Connections;
using Distributed.Transport.Identity;
using Distributed.Transport.Options;
using Distributed.Transport.Peers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Transport.Tests.Identity;

/// <summary>Nodes with certificates over real sockets: who gets in, and what a listener on the way sees.</summary>
public sealed class SecureNodesTests : IAsyncLifetime
{
    private readonly Nodes _nodes = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("secure-").FullName;
    private readonly TestCertificates _ours = new(), _theirs = new();
    private readonly RecordingReceiver _received = new(), _others = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _nodes.StopAsync();
        _ours.Dispose();
        _theirs.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private ClusterIdentity Identity(string name, TestCertificates authority) =>
        ClusterIdentity.Open(authority.WriteNode(Path.Combine(_folder, name)), NullLogger.Instance);

    private TransportOptions Secured(string name, TestCertificates authority) =>
        Nodes.Options(name) with { Secret = null, Identity = Identity(name, authority) };

    [Fact]
    public void Nodes_of_one_authority_exchange_the_same_bits_both_ways()
    {
        var (a, b) = (_nodes.Start(Secured("a", _ours), _received), _nodes.Start(Secured("b", _ours), _others));
        _nodes.Connect(a, b, Wire.Tcp);
        var (there, back) = (Frame.Gradient(300_000), Frame.Weights(70_001, seed: 9));
        Assert.True(a.TrySend(b.Self, there));
        Assert.True(b.TrySend(a.Self, Frame.Worker, back));
        Eventually.Holds(() => !_others.Gradients.IsEmpty && !_received.Weights.IsEmpty, "both have arrived");
        Assert.True(Frame.IsSame(there, _others.Gradients.Single()));
        Assert.True(Frame.IsSame(back, _received.Weights.Single().Weights));
    }

    [Theory]
    [InlineData("another authority")]
    [InlineData("none")]
    public void A_node_of_another_authority_or_without_a_certificate_reaches_no_receiver_whoever_dials(string who)
    {
        var node = _nodes.Start(Secured("node", _ours), _received);
        var stranger = _nodes.Start(who == "none" ? Nodes.Options("stranger") : Secured("stranger", _theirs), _others);
        stranger.KeepConnected(new TensorEndpoint(node.Self, node.Listen(_nodes.AddressFor(Wire.Tcp))));
        node.KeepConnected(new TensorEndpoint(stranger.Self, stranger.Listen(_nodes.AddressFor(Wire.Tcp))));
        Eventually.Holds(() => stranger.GetDialFailure(node.Self) is not null && node.GetDialFailure(stranger.Self) is not null, "both dials have failed");
        Assert.Contains(who == "none" ? "nodes without cannot join each other" : "of another authority", node.GetDialFailure(stranger.Self), StringComparison.Ordinal);
        Assert.Empty(_received.Connected);
        Assert.Empty(_others.Connected);
    }

    [Fact]
    public void A_secret_does_not_replace_a_certificate()
    {
        var node = _nodes.Start(Secured("node", _ours) with { Secret = "a shared secret" }, _received);
        var address = node.Listen(_nodes.AddressFor(Wire.Tcp));
        using var socket = SocketDial.Connect(address, TimeSpan.FromSeconds(5), default, out _)!;
        socket.Send(new byte[4096]);
        Eventually.Holds(() => socket.Poll(0, SelectMode.SelectRead) && socket.Receive(new byte[4096]) is 0 or 7, "the node has closed");
        Assert.Empty(_received.Connected);
    }

    [Fact]
    public void A_renewed_certificate_and_a_new_authority_count_for_the_next_connection_and_the_present_one_stays()
    {
        var (a, b) = (_nodes.Start(Secured("a", _ours), _received), _nodes.Start(Secured("b", _ours), _others));
        var address = b.Listen(_nodes.AddressFor(Wire.Tcp));
        var interest = a.KeepConnected(new TensorEndpoint(b.Self, address));
        Eventually.Holds(() => a.IsConnected(b.Self) && b.IsConnected(a.Self), "connected");
        var both = _ours.AuthorityPem + "\n" + _theirs.AuthorityPem;
        foreach (var name in new[] { "a", "b" }) _ours.WriteNode(Path.Combine(_folder, name), both);
        foreach (var name in new[] { "a", "b" }) _theirs.WriteNode(Path.Combine(_folder, name), both);
        Assert.True(a.TrySend(b.Self, Frame.Gradient(1000)));
        Eventually.Holds(() => _others.Gradients.Count == 1, "the connection of before still carries");
        interest.Dispose();
        Eventually.Holds(() => !b.IsConnected(a.Self), "it is closed");
        a.KeepConnected(new TensorEndpoint(b.Self, address));
        Eventually.Holds(() => a.IsConnected(b.Self), "connected with the new certificates");
        Assert.True(a.TrySend(b.Self, Frame.Gradient(1000)));
        Eventually.Holds(() => _others.Gradients.Count == 2, "the new one carries");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_listens_on_the_way_sees_no_value_unless_there_are_no_certificates(bool isSecure)
    {
        var (a, b) = isSecure
            ? (_nodes.Start(Secured("a", _ours), _received), _nodes.Start(Secured("b", _ours), _others))
            : (_nodes.Start("a", _received), _nodes.Start("b", _others));
        using var tap = new Tap(b.Listen(_nodes.AddressFor(Wire.Tcp)));
        a.KeepConnected(new TensorEndpoint(b.Self, tap.Address));
        Eventually.Holds(() => a.IsConnected(b.Self), "connected");
        var gradient = Frame.Gradient(10_000);
        Assert.True(a.TrySend(b.Self, gradient));
        Eventually.Holds(() => !_others.Gradients.IsEmpty, "arrived");
        var values = MemoryMarshal.AsBytes(gradient.Values.Span);
        Assert.Equal(!isSecure, tap.Seen().AsSpan().IndexOf(values[..64]) >= 0);
        Assert.Equal(!isSecure, tap.Seen().AsSpan().IndexOf("digits-4711"u8) >= 0);
        Assert.True(tap.Seen().Length > values.Length);
    }

    /// <summary>Passes on what a connection carries, and keeps a copy.</summary>
    private sealed class Tap : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly MemoryStream _seen = new();
        private readonly List<Socket> _sockets = [];

        public Tap(TensorAddress behind)
        {
            _listener.Start();
            Start(() =>
            {
                var near = Keep(_listener.AcceptSocket());
                var far = Keep(SocketDial.Connect(behind, TimeSpan.FromSeconds(5), default, out _)!);
                Start(() => Pass(far, near));
                Pass(near, far);
            });
        }

        public TensorAddress Address => TensorAddress.Tcp("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);

        public byte[] Seen()
        {
            lock (_seen) return _seen.ToArray();
        }

        public void Dispose()
        {
            _listener.Dispose();
            lock (_sockets) _sockets.ForEach(socket => socket.Dispose());
        }

        private static void Start(ThreadStart run) => new Thread(() =>
        {
            try
            {
                run();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        })
        { IsBackground = true }.Start();

        private Socket Keep(Socket socket)
        {
            lock (_sockets) _sockets.Add(socket);
            return socket;
        }

        private void Pass(Socket from, Socket to)
        {
            var buffer = new byte[1 << 16];
            while (from.Receive(buffer) is > 0 and var count)
            {
                lock (_seen) _seen.Write(buffer, 0, count);
                to.Send(buffer.AsSpan(0, count));
            }
            to.Shutdown(SocketShutdown.Send);
        }
    }
}
