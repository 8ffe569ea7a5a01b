using System.Collections.Concurrent;
using Distributed.Transport.Handshakes;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Connections;

/// <summary>
/// A node's connections, one for each peer. When both sides dial at once, the node with the lesser name decides: the first connection that reaches
/// it counts, and the other node follows. A restarted peer replaces its predecessor.
/// </summary>
internal sealed class PeerTable(PeerId self)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<PeerId, Connection> _connections = new();
    private bool _stopping;

    public IEnumerable<Connection> All => _connections.Values;

    /// <summary>The pair's connection, also one that is still in its hand-shake; or null.</summary>
    public Connection? Find(PeerId peer) => _connections.GetValueOrDefault(peer);

    /// <summary>Decides whether a new connection counts (see <see cref="Handshake"/>) and keeps it if so.</summary>
    public Verdict Admit(Connection connection)
    {
        lock (_lock)
        {
            if (_stopping) return Verdict.Stopping;
            var before = Find(connection.Peer);
            if (before is not null)
            {
                var decides = string.CompareOrdinal(self.Value, connection.Peer.Value) < 0;
                if (decides && before.Incarnation == connection.Incarnation && !before.IsClosing) return Verdict.AlreadyConnected;
                before.Close(before.Incarnation == connection.Incarnation ? "the peer has made a new connection" : "the peer has been restarted");
            }
            connection.Follow(before);
            _connections[connection.Peer] = connection;
            return Verdict.Welcome;
        }
    }

    /// <summary>A connection is over.</summary>
    public void Remove(Connection connection) => _connections.TryRemove(new(connection.Peer, connection));

    /// <summary>Closes all and admits none.</summary>
    public void Stop(string reason)
    {
        lock (_lock) _stopping = true;
        foreach (var connection in All) connection.Close(reason);
    }
}
