using System.Net.Sockets;
using Distributed.Transport.Channels;
using Distributed.Transport.Handshakes;
using Distributed.Transport.Peers;
using Distributed.Transport.SharedMemory;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport.Connections;

/// <summary>Turns sockets into connections (time limit, hand-shake, entry in the table) and runs them to their end.</summary>
internal sealed class ConnectionMaker(TransportParts parts, PeerTable peers, Handshake handshake)
{
    /// <summary>Connects to one of the peer's addresses and runs the connection to its end. Null when there was one, otherwise the reasons.</summary>
    public string? Dial(TensorEndpoint endpoint, Action onConnected, CancellationToken cancelled)
    {
        var failures = new List<string>();
        foreach (var address in endpoint.Addresses)
        {
            var socket = SocketDial.Connect(address, parts.Options.DialLimit, cancelled, out var failure);
            failure ??= Run(
                socket!, dials: true, onConnected, (channel, admit) => handshake.Dial(channel, endpoint.Peer, admit), SharedMemoryOffer.Make, CancellationToken.None, cancelled);
            if (failure is null) return null;
            failures.Add($"{address}: {failure}");
        }
        return string.Join("; ", failures);
    }

    /// <summary>Answers an accepted socket and runs the connection to its end. Null when there was one, otherwise the reason.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="onConnected">Called when the peer is authenticated.</param>
    /// <param name="givenUp">Cancelled when the connection loses its place before that.</param>
    /// <param name="cancelled">Cancelled when the node stops.</param>
    public string? Answer(Socket socket, Action onConnected, CancellationToken givenUp, CancellationToken cancelled) =>
        Run(socket, dials: false, onConnected, handshake.Answer, SharedMemoryOffer.Take, givenUp, cancelled);

    private string? Run(
        Socket socket,
        bool dials,
        Action onConnected,
        Func<ByteChannel, Handshake.Admit, HandshakeResult> shakeHands,
        Func<ByteChannel, SharedMemoryParts, ByteChannel> shareMemory,
        CancellationToken givenUp,
        CancellationToken cancelled)
    {
        ByteChannel channel;
        try
        {
            channel = new SocketChannel(socket, parts.Options.StallLimit);
        }
        catch (SocketException e)
        {
            socket.Dispose(); // the peer has gone already
            return e.Message;
        }
        Connection? connection = null;
        HandshakeResult result;
        using (cancelled.Register(() => channel.Close("this node is about to stop")))
        using (givenUp.Register(() => channel.Close("it did not finish its hand-shake, and newer connections wait")))
        using (new Timer(_ => channel.Close("the hand-shake took too long"), null, parts.Options.HandshakeLimit, Timeout.InfiniteTimeSpan))
        {
            result = Secure(ref channel, dials) is { } notSecure ? HandshakeResult.Failed(notSecure) : shakeHands(channel, (peer, incarnation) =>
            {
                var candidate = new Connection(peer, incarnation, channel, parts);
                var verdict = peers.Admit(candidate);
                if (verdict == Verdict.Welcome) connection = candidate;
                return verdict;
            });
            if (result is { Failure: null, SharesMemory: true }) connection!.Use(shareMemory(channel, parts.SharedMemory));
        }
        if (result.Failure is { } failure)
        {
            channel.Close(failure);
            channel.Free();
            if (connection is not null)
            {
                peers.Remove(connection);
                connection.Abandon(failure);
            }
            return failure;
        }
        parts.Logger.LogInformation("Connected with {Peer}", result.Peer);
        onConnected();
        connection!.Run();
        peers.Remove(connection);
        return null;
    }

    /// <summary>Puts TLS above a channel to another machine when this node has an identity. Why it cannot; null when it need not or did.</summary>
    private string? Secure(ref ByteChannel channel, bool dials)
    {
        // A socket file admits the processes of this node's user alone.
        if (parts.Options.Identity is not { } identity || channel.IsWithinMachine) return null;
        if (TlsChannel.Secure(channel, identity, dials, out var failure) is { } secure) channel = secure;
        return failure;
    }
}
