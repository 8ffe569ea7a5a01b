using Distributed.Transport.Peers;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport.Connections;

/// <summary>
/// Keeps a peer connected for as long as somebody wants it, with a thread of its own: dials when there is no connection, whoever had made it,
/// and reads the one that it made.
/// </summary>
internal sealed class Dialler(TensorEndpoint endpoint, ConnectionMaker maker, PeerTable peers, TransportParts parts) : IDisposable
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly DialBackoff _backoff = new(
        parts.Options.ShortestRedial, parts.Options.LongestRedial, HashCode.Combine(parts.Options.Self, endpoint.Peer));
    private TensorEndpoint _endpoint = endpoint;

    /// <summary>Where the peer listens; the newest counts from the next dial on.</summary>
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
            // Stopped while waiting for another's connection to end.
        }
    }

    /// <summary>Stops dialling and ends the connection.</summary>
    public void Dispose()
    {
        _stopped.Cancel();
        peers.Find(Endpoint.Peer)?.Close("nobody wants the connection any more");
    }

    private void Connected()
    {
        LastFailure = null;
        _backoff.Reset();
    }

    private void Report(string failure)
    {
        // The same failure every two seconds says nothing new.
        if (failure != LastFailure && !_stopped.IsCancellationRequested) parts.Logger.LogWarning("{Endpoint} cannot be reached: {Reason}", Endpoint, failure);
        LastFailure = failure;
    }
}
