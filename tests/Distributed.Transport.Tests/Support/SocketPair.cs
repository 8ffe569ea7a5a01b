using System.Net;
using System.Net.Sockets;
using Distributed.Transport.Channels;

namespace Distributed.Transport.Tests;

/// <summary>Two connected sockets on the loopback.</summary>
internal sealed class SocketPair : IDisposable
{
    public SocketPair()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        Dialled = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Dialled.Connect(listener.LocalEndPoint!);
        Accepted = listener.Accept();
    }

    public Socket Dialled { get; }

    public Socket Accepted { get; }

    public SocketChannel DialledChannel => new(Dialled, TimeSpan.FromSeconds(5));

    public SocketChannel AcceptedChannel => new(Accepted, TimeSpan.FromSeconds(5));

    public void Dispose()
    {
        Dialled.Dispose();
        Accepted.Dispose();
    }
}
