using Distributed.Transport.Peers;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport.Connections;

/// <summary>
/// Keeps a peer connected while there is an interest in it, with its own thread: dials when there is no connection from either side, and receives
/// on the one that it made.
/// </summary>
internal sealed class Dialler(TensorEndpoint endpoint, ConnectionMaker maker, PeerTable peers, TransportParts parts) : IDisposable
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly DialBackoff _backoff = new(
        parts.Options.ShortestRedial, parts.Options.LongestRedial, HashCode.Combine(parts.Options.Self, endpoint.Peer));
    private TensorEndpoint _endpoint = endpoint;

    /// <summary>Where the peer listens; a new endpoint takes effect at the next dial.</summary>
    public TensorEndpoint Endpoint
    {
        get => Volatile.Read(ref _endpoint);
        set => Volatile.Write(ref _endpoint, value);
    }

    /// <summary>Why the last dial failed; null while connected and before the first.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>Dials, reads, waits, dials again; until stopped.</summary>
    public void Run()
    {
        try
        {
            while (!_stopped.IsCancellationRequested)
            {
                if (peers.Find(Endpoint.Peer) is { } connection) connection.WaitForEnd(_stopped.Token);
                else if (maker.Dial(Endpoint, Connected, _stopped.Token) is { } failure) Report(failure);
                if (peers.Find(Endpoint.Peer) is null or { IsClosing: true }) _stopped.Token.WaitHandle.WaitOne(_backoff.Next());
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped while waiting for the end of a connection that the peer made.
        }
    }

    /// <summary>Stops dialling and ends the connection.</summary>
    public void Dispose()
    {
        _stopped.Cancel();
        peers.Find(Endpoint.Peer)?.Close("the connection is no longer needed");
    }

    private void Connected()
    {
        LastFailure = null;
        _backoff.Reset();
    }

    private void Report(string failure)
    {
        // A repeated failure is logged once.
        if (failure != LastFailure && !_stopped.IsCancellationRequested) parts.Logger.LogWarning("{Endpoint} cannot be reached: {Reason}", Endpoint, failure);
        LastFailure = failure;
    }
}
