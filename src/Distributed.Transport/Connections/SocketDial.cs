using System.Net;
using System.Net.Sockets;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Connections;

/// <summary>Connects a socket within a time limit.</summary>
internal static class SocketDial
{
    /// <summary>The connected socket, or null with the reason.</summary>
    public static Socket? Connect(TensorAddress address, TimeSpan limit, CancellationToken cancelled, out string? failure)
    {
        failure = null;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        deadline.CancelAfter(limit);
        try
        {
            foreach (var endpoint in address.Resolve(deadline.Token))
                if (TryConnect(address, endpoint, deadline.Token, ref failure) is { } socket) return socket;
            failure ??= "the name stands for no address";
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ArgumentException)
        {
            failure = e is OperationCanceledException ? "no answer from the name service in time" : e.Message;
        }
        return null;
    }

    private static Socket? TryConnect(TensorAddress address, EndPoint endpoint, CancellationToken deadline, ref string? failure)
    {
        var socket = address.NewSocket(endpoint);
        try
        {
            // A blocking call that closing the socket ends: an asynchronous one leaves the socket non-blocking.
            using (deadline.Register(socket.Dispose)) socket.Connect(endpoint);
            if (!deadline.IsCancellationRequested) return socket;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            if (!deadline.IsCancellationRequested) failure = e.Message;
        }
        if (deadline.IsCancellationRequested) failure = "no answer in time";
        socket.Dispose();
        return null;
    }
}
