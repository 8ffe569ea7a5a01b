using System.Net;
using System.Net.Sockets;
using Distributed.Transport.Peers;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport.Connections;

/// <summary>Accepts connections at one address; each gets a thread, up to the bounds of the options.</summary>
internal sealed class Listener : IDisposable
{
    private const int Backlog = 512;
    private readonly Socket _socket;
    private readonly TransportParts _parts;
    private volatile bool _stopped;

    /// <summary>Binds the address.</summary>
    /// <exception cref="SocketException">It is taken or not of this host.</exception>
    public Listener(TensorAddress address, TransportParts parts)
    {
        _parts = parts;
        var endpoint = address.Resolve(new CancellationTokenSource(parts.Options.DialLimit).Token)[0];
        if (address.Path is not null) SocketFile.RemoveIfDead(address);
        _socket = address.NewSocket(endpoint);
        try
        {
            _socket.Bind(endpoint);
            if (address.Path is not null) SocketFile.KeepToOwner(address.Path);
            _socket.Listen(Backlog);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
        Address = _socket.LocalEndPoint is IPEndPoint bound ? TensorAddress.Tcp(address.Host, bound.Port) : address;
    }

    /// <summary>Where it listens, with the port that the system chose.</summary>
    public TensorAddress Address { get; }

    /// <summary>Accepts until disposed.</summary>
    /// <param name="answer">Starts a thread that answers the socket.</param>
    public void Run(Action<Socket> answer)
    {
        while (!_stopped)
        {
            try
            {
                answer(_socket.Accept());
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (_stopped) return;
                // Out of file handles, or the peer left while it waited: neither may turn into a busy loop.
                _parts.Logger.LogWarning("Accepting at {Address} failed: {Reason}", Address, e.Message);
                Thread.Sleep(TimeSpan.FromMilliseconds(100));
            }
        }
    }

    /// <summary>Accepts no more.</summary>
    public void Dispose()
    {
        _stopped = true;
        _socket.Dispose();
        if (Address.Path is not null) File.Delete(Address.Path);
    }
}
