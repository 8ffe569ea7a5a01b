using Distributed.Transport.Peers;

namespace Distributed.Transport.Connections;

/// <summary>The peers to keep connected: one dialler for each, for as long as an interest in it lives.</summary>
internal sealed class WantedPeers(ConnectionMaker maker, PeerTable peers, TransportParts parts, ConnectionThreads threads)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, Entry> _entries = [];
    private bool _stopped;

    private sealed class Entry(Dialler dialler)
    {
        public Dialler Dialler => dialler;
        public int Interests = 1;
    }

    private sealed class Interest(WantedPeers wanted, PeerId peer) : IDisposable
    {
        private bool _given;

        public void Dispose()
        {
            if (!Interlocked.Exchange(ref _given, true)) wanted.Release(peer);
        }
    }

    /// <summary>Adds an interest in a peer; disposing the result removes it. Null after <see cref="Stop"/>.</summary>
    public IDisposable? Add(TensorEndpoint endpoint)
    {
        lock (_lock)
        {
            if (_stopped) return null;
            if (_entries.TryGetValue(endpoint.Peer, out var entry))
            {
                entry.Interests++;
                entry.Dialler.Endpoint = endpoint;
            }
            else
            {
                entry = new Entry(new Dialler(endpoint, maker, peers, parts));
                _entries.Add(endpoint.Peer, entry);
                threads.Start($"tensors with {endpoint.Peer}", entry.Dialler.Run);
            }
        }
        return new Interest(this, endpoint.Peer);
    }

    public string? GetFailure(PeerId peer)
    {
        lock (_lock) return _entries.TryGetValue(peer, out var entry) ? entry.Dialler.LastFailure : null;
    }

    public void Stop()
    {
        lock (_lock)
        {
            _stopped = true;
            foreach (var entry in _entries.Values) entry.Dialler.Dispose();
            _entries.Clear();
        }
    }

    private void Release(PeerId peer)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(peer, out var entry) || --entry.Interests > 0) return;
            _entries.Remove(peer);
            entry.Dialler.Dispose();
        }
    }
}
