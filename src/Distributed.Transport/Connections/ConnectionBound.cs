using System.Net;
using System.Net.Sockets;

namespace Distributed.Transport.Connections;

/// <summary>
/// The bound on a port's connections: in all, of one source, and of those that have nothing to do (not authenticated yet, or without a request). A new
/// connection at a bound takes the place of the oldest idle one of the source that has most of them, so that a flood of idle connections closes its own
/// and keeps nobody else out.
/// </summary>
/// <param name="all">Maximum number of connections.</param>
/// <param name="perSource">Maximum number of connections of one source.</param>
/// <param name="idle">Maximum number of idle connections.</param>
public sealed class ConnectionBound(int all, int perSource, int idle)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal); // only those with connections
    private int _all, _idle;

    internal sealed class Source(string name)
    {
        public string Name => name;

        public int Count { get; set; }

        public LinkedList<ConnectionPlace> Idle { get; } = new(); // oldest first
    }

    /// <summary>Connections that have a place.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _all;
        }
    }

    /// <summary>
    /// The source that connections are counted by: an IPv4 address, or the network of 64 bits within which an IPv6 host chooses its address.
    /// </summary>
    public static string SourceOf(IPAddress? address)
    {
        if (address is null) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        var bytes = address.GetAddressBytes();
        Array.Clear(bytes, 8, 8);
        return $"{new IPAddress(bytes)}/64";
    }

    /// <summary>A place for a new connection, idle at first; null when every place is taken by a connection that is busy.</summary>
    /// <param name="source">The connection's source.</param>
    /// <param name="close">Closes the connection when it loses its place; called at most once, on another connection's thread.</param>
    public ConnectionPlace? TryEnter(string source, Action close)
    {
        ConnectionPlace? victim = null;
        ConnectionPlace place;
        lock (_lock)
        {
            var own = _sources.GetValueOrDefault(source) ?? new Source(source);
            if (own.Count >= perSource)
            {
                if ((victim = own.Idle.First?.Value) is null) return null;
            }
            else if (_all >= all || _idle >= idle)
            {
                victim = OldestOfFullest();
                if (victim is null && _all >= all) return null;
            }
            if (victim is not null) Remove(victim);
            place = new ConnectionPlace(this, own, close);
            _sources[source] = own;
            own.Count++;
            _all++;
            MakeIdle(place);
        }
        victim?.Close();
        return place;
    }

    /// <summary>A connection is busy, or has nothing to do again.</summary>
    internal void Move(ConnectionPlace place, bool isBusy)
    {
        lock (_lock)
        {
            if (place.IsGone || isBusy == place.Node is null) return;
            if (!isBusy) MakeIdle(place);
            else MakeBusy(place);
        }
    }

    /// <summary>A connection is over.</summary>
    internal void Leave(ConnectionPlace place)
    {
        lock (_lock) Remove(place);
    }

    private void MakeIdle(ConnectionPlace place)
    {
        place.Node = place.Source.Idle.AddLast(place);
        _idle++;
    }

    private void MakeBusy(ConnectionPlace place)
    {
        place.Source.Idle.Remove(place.Node!);
        place.Node = null;
        _idle--;
    }

    private void Remove(ConnectionPlace place)
    {
        if (place.IsGone) return;
        if (place.Node is not null) MakeBusy(place);
        place.IsGone = true;
        _all--;
        if (--place.Source.Count == 0) _sources.Remove(place.Source.Name);
    }

    private ConnectionPlace? OldestOfFullest()
    {
        Source? fullest = null;
        foreach (var source in _sources.Values)
            if (source.Idle.Count > (fullest?.Idle.Count ?? 0)) fullest = source;
        return fullest?.Idle.First?.Value;
    }
}

/// <summary>A connection's place in a <see cref="ConnectionBound"/>, until disposed or taken by a newer connection.</summary>
public sealed class ConnectionPlace : IDisposable
{
    private readonly ConnectionBound _bound;
    private readonly Action _close;

    internal ConnectionPlace(ConnectionBound bound, ConnectionBound.Source source, Action close) => (_bound, Source, _close) = (bound, source, close);

    internal ConnectionBound.Source Source { get; }

    internal LinkedListNode<ConnectionPlace>? Node { get; set; } // null while it is busy

    internal bool IsGone { get; set; }

    /// <summary>The connection is authenticated, or serves a request: no other connection takes its place.</summary>
    public void BeginWork() => _bound.Move(this, isBusy: true);

    /// <summary>The connection has nothing to do.</summary>
    public void EndWork() => _bound.Move(this, isBusy: false);

    /// <summary>The connection is over.</summary>
    public void Dispose() => _bound.Leave(this);

    internal void Close() => _close();
}
