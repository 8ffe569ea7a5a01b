using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;
using Distributed.Tensors.Memory;

namespace Distributed.Cluster.TensorPlane;

/// <summary>
/// The memory of one block's weights: its range of the node's shared vectors, alternating between even and odd versions. While a socket still reads
/// an old version there (a slow or frozen worker), the new version gets its own memory; the number of such buffers is bounded by the versions waiting
/// to be sent.
/// </summary>
internal sealed class WeightsMemory(NodeWeights nodeWeights, JobId job)
{
    private readonly List<Place> _places = [];
    private long _lineage = -1;

    /// <summary>One version's memory. Disposed once by each reader admitted by <see cref="Read"/>.</summary>
    private sealed class Place(Memory<float> values, int? parity) : IDisposable
    {
        private int _readers;

        public Memory<float> Values => values;

        public long Version { get; set; } = -2; // precedes any version

        public bool IsFreeFor(long version) =>
            (parity is null || parity == (version & 1)) && Version <= version - 2 && Volatile.Read(ref _readers) == 0;

        public bool IsRead => Volatile.Read(ref _readers) > 0;

        public void Enter() => Interlocked.Increment(ref _readers);

        public void Dispose() => Interlocked.Decrement(ref _readers);
    }

    /// <summary>The block starts on this node.</summary>
    public void Enter() => nodeWeights.Enter(job);

    /// <summary>The block ends: the node's vectors of the job are dropped with its last block.</summary>
    public void Leave() => nodeWeights.Leave(job);

    /// <summary>Memory [range] for a version that follows or replaces the previous one.</summary>
    public Memory<float> Rent(long lineage, BlockLayout layout, int block, long version)
    {
        var range = layout[block];
        if (lineage != _lineage)
        {
            _lineage = lineage;
            _places.Clear(); // readers keep them alive
            for (var parity = 0; parity < 2; parity++)
                _places.Add(new Place(nodeWeights.Rent(job, lineage, layout.ParameterCount, parity).Slice(range.First, range.Count), parity));
        }
        Place? place = null;
        foreach (var candidate in _places)
        {
            if (!candidate.IsFreeFor(version)) continue;
            place = candidate;
            break;
        }
        if (place is null) _places.Add(place = new Place(new AlignedBuffer(range.Count).Memory, null));
        place.Version = version;
        return place.Values;
    }

    /// <summary>Whether a sender reads any version.</summary>
    public bool IsRead => _places.Exists(place => place.IsRead);

    /// <summary>A version has replaced an earlier one in its memory.</summary>
    public void Note(Memory<float> values, long version)
    {
        if (_places.Find(place => place.Values.Equals(values)) is { } place) place.Version = version;
    }

    /// <summary>Protects a version's memory from reuse until the result is disposed.</summary>
    public IDisposable Read(long version)
    {
        var place = _places.Find(candidate => candidate.Version == version) ?? throw new InvalidOperationException($"version {version} has no memory");
        place.Enter();
        return place;
    }
}
