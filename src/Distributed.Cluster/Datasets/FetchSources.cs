using Akka.Actor;
using Distributed.Cluster.Messages;
using Distributed.Cluster.TensorPlane;
using Distributed.Protocol.Datasets;

namespace Distributed.Cluster.Datasets;

/// <summary>
/// The nodes that offer a data set to a fetch: keeps them connected on the data plane and requests chunks from them. Offers that proved wrong are not
/// accepted again: those of a node that sent a damaged chunk list, and those of a file that holds other samples.
/// </summary>
/// <param name="sha256">The data set.</param>
/// <param name="plane">The node's tensor data plane.</param>
/// <param name="fetch">The fetch's actor, which takes the chunks.</param>
internal sealed class FetchSources(string sha256, DataPlane plane, IActorRef fetch) : IDisposable
{
    private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal); // by node name on the data plane
    private readonly HashSet<string> _wrongRoots = new(StringComparer.Ordinal);
    private readonly HashSet<string> _distrusted = new(StringComparer.Ordinal); // nodes that sent a damaged chunk list

    private sealed record Source(IActorRef Reference, IDisposable? Connection);

    /// <summary>The number of sources, connected or not.</summary>
    public int Count => _sources.Count;

    /// <summary>The sources that are reachable.</summary>
    public IEnumerable<string> Connected => _sources.Keys.Where(plane.IsConnected);

    /// <summary>The data plane delivers chunks to the fetch from now on.</summary>
    public void Open() => plane.AddFetch(sha256, fetch);

    public bool Contains(string node) => _sources.ContainsKey(node);

    public bool IsConnected(string node) => plane.IsConnected(node);

    /// <summary>Whether an offer is of this data set and nothing is known against it.</summary>
    public bool Accepts(DataAvailable offer) => offer.Sha256 == sha256 && !_wrongRoots.Contains(offer.Root) && !_distrusted.Contains(offer.Endpoint.Node);

    /// <summary>Adds a node, or its new data actor; returns false at the limit of sources and when the node has no usable address.</summary>
    public bool TryAdd(DataEndpoint endpoint, IActorRef dataActor)
    {
        if (_sources.Count >= ChunkFetch.MaximumSources) return false;
        if (_sources.TryGetValue(endpoint.Node, out var known)) _sources[endpoint.Node] = known with { Reference = dataActor };
        else if (plane.Connect(endpoint) is { } connection) _sources.Add(endpoint.Node, new Source(dataActor, connection));
        else return false;
        return true;
    }

    /// <summary>Requests a chunk, or the chunk list, of a file from a source.</summary>
    public void Ask(string node, string root, int index) => _sources[node].Reference.Tell(new GetChunk(sha256, root, index, plane.Endpoint));

    /// <summary>Drops a source; it may offer the data set again.</summary>
    public void Drop(string node)
    {
        if (_sources.Remove(node, out var source)) source.Connection?.Dispose();
    }

    /// <summary>A source sent a damaged chunk list.</summary>
    public void Distrust(string node)
    {
        _distrusted.Add(node);
        Drop(node);
    }

    /// <summary>A file turned out to hold other samples: drops the sources, all of which offered it.</summary>
    public void Refute(string root)
    {
        _wrongRoots.Add(root);
        foreach (var node in _sources.Keys.ToList()) Drop(node);
    }

    /// <summary>The fetch ends.</summary>
    public void Dispose()
    {
        plane.RemoveFetch(sha256, fetch);
        foreach (var source in _sources.Values) source.Connection?.Dispose();
    }
}
