using System.Net.Sockets;
using Distributed.Transport.Channels;
using Distributed.Transport.Connections;
using Distributed.Transport.Handshakes;
using Distributed.Transport.Options;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Tests;

/// <summary>Which sockets a test runs over.</summary>
public enum Wire
{
    Tcp,
    Unix,
}

/// <summary>Nodes of one cluster in this process, over real sockets.</summary>
internal sealed class Nodes
{
    private readonly List<TensorTransport> _transports = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("tensors-").FullName;

    public static TransportOptions Options(string name) => new()
    {
        Self = new PeerId(name),
        Cluster = "test",
        Secret = "a shared secret",
        ShortestRedial = TimeSpan.FromMilliseconds(5),
        LongestRedial = TimeSpan.FromMilliseconds(50),
    };

    public TensorTransport Start(TransportOptions options, ITensorReceiver receiver)
    {
        var transport = new TensorTransport(options, receiver);
        _transports.Add(transport);
        return transport;
    }

    public TensorTransport Start(string name, ITensorReceiver receiver) => Start(Options(name), receiver);

    public TensorAddress AddressFor(Wire wire) =>
        wire == Wire.Tcp ? TensorAddress.Tcp("127.0.0.1", 0) : TensorAddress.Unix(Path.Combine(_folder, Guid.NewGuid().ToString("N")[..8]));

    /// <summary>Lets one listen and the other dial, and waits until both see each other.</summary>
    public void Connect(TensorTransport dialler, TensorTransport listener, Wire wire)
    {
        var address = listener.Listen(AddressFor(wire));
        dialler.KeepConnected(new TensorEndpoint(listener.Self, address));
        Eventually.Holds(() => dialler.IsConnected(listener.Self) && listener.IsConnected(dialler.Self), "both are connected");
    }

    /// <summary>A socket that speaks for a node: past the hand-shake, then whatever the test sends.</summary>
    public static Socket Impersonate(string name, TensorTransport victim, TensorAddress address)
    {
        var socket = SocketDial.Connect(address, TimeSpan.FromSeconds(5), default, out var failure);
        Assert.Null(failure);
        var options = Options(name);
        var handshake = new Handshake(options.Self, options.Cluster, options.Secret, (ulong)Random.Shared.NextInt64());
        var result = handshake.Dial(new SocketChannel(socket!, TimeSpan.FromSeconds(5)), victim.Self, (_, _) => Verdict.Welcome);
        Assert.Null(result.Failure);
        return socket!;
    }

    public async Task StopAsync()
    {
        foreach (var transport in _transports) await transport.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
