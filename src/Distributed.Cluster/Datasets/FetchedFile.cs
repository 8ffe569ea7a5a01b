using Distributed.Cluster.Messages;
using Distributed.Data.Samples;
using Distributed.Protocol.Datasets;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Datasets;

/// <summary>
/// The file that a fetch writes, identified by the root of its chunks. It passes through three phases: one source is asked for the chunk list, several
/// send chunks (see <see cref="ChunkFetch"/>), and the whole is checked.
/// </summary>
/// <param name="root">The root of its chunks.</param>
/// <param name="place">Its place on disk.</param>
internal sealed class FetchedFile(string root, ReservedPlace place) : IDisposable
{
    private (string Node, TimeSpan At)? _listAsked;
    private ChunkList? _chunks;
    private ChunkFetch? _fetch; // with the chunk list

    /// <summary>The root of its chunks.</summary>
    public string Root => root;

    /// <summary>Its bytes.</summary>
    public long Length => place.Length;

    /// <summary>Whether the chunk list is still missing.</summary>
    public bool AwaitsList => _fetch is null;

    /// <summary>Whether a source may still be asked; sources are not judged before the chunk list is here.</summary>
    public bool HasUsableSource => _fetch?.Usable != 0;

    /// <summary>Whether all chunks are written.</summary>
    public bool IsComplete => _fetch?.IsComplete == true;

    /// <summary>Whether the whole is being checked, or has been.</summary>
    public bool IsChecking { get; private set; }

    /// <summary>Why the last source of chunks was dropped; null for none.</summary>
    public string? LastFailure => _fetch?.LastFailure;

    /// <summary>Whether this file is the one offered.</summary>
    public bool IsOffered(DataAvailable offer) => offer.Root == root && offer.Length == place.Length;

    /// <summary>A source is connected.</summary>
    public void Add(string source) => _fetch?.Add(source);

    /// <summary>A source is lost; returns whether it was the one asked for the chunk list.</summary>
    public bool Lose(string source, string reason)
    {
        _fetch?.Remove(source, reason);
        if (_listAsked?.Node != source) return false;
        _listAsked = null;
        return true;
    }

    /// <summary>The source that has left a request for the chunk list unanswered for too long; null for none.</summary>
    public string? SilentAboutList(TimeSpan now) => _listAsked is { } asked && now - asked.At >= FetchTimes.Default.SilenceBound ? asked.Node : null;

    /// <summary>A source is too busy for a chunk, or for the chunk list.</summary>
    public void OnBusy(string source, int index, TimeSpan now)
    {
        if (index >= 0) _fetch?.OnBusy(source, index, now);
        else _listAsked = null;
    }

    /// <summary>What to request now, and from which of the connected sources.</summary>
    public IReadOnlyList<(string Source, int Chunk)> Plan(IEnumerable<string> connected, TimeSpan now)
    {
        if (_fetch is not null) return _fetch.Plan(now);
        if (_listAsked is not null || connected.FirstOrDefault() is not { } source) return [];
        _listAsked = (source, now);
        return [(source, DataChunk.ChunkListIndex)];
    }

    /// <summary>The chunk list has arrived; returns false when it is damaged or of another file, with the reason if it cannot be read.</summary>
    public bool TryTakeList(ReadOnlySpan<byte> bytes, out string? reason)
    {
        _listAsked = null;
        if (ChunkList.Read(bytes, out reason) is not { } chunks || chunks.Root != root || chunks.Length != place.Length) return false;
        (_chunks, _fetch) = (chunks, new ChunkFetch(chunks.Count, FetchTimes.Default));
        return true;
    }

    /// <summary>A chunk has arrived: writes it if it is new. Returns false when it is damaged; its source is then asked nothing more.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public bool TryTake(string source, int index, ReadOnlySpan<byte> bytes)
    {
        if (_fetch is null || _chunks is null) throw new InvalidOperationException("a chunk before the chunk list");
        var isRight = _chunks.IsRight(index, bytes);
        if (_fetch.OnChunk(source, index, isRight)) RandomAccess.Write(place.File, bytes, ChunkList.PlaceOf(index));
        return isRight;
    }

    /// <summary>
    /// Checks the whole against the data set's SHA-256, on another thread, and keeps it. The result is null when the file holds other samples: every
    /// chunk matched the list, but the list was wrong.
    /// </summary>
    public Task<SampleSet?> CheckAsync(string sha256)
    {
        IsChecking = true;
        var chunks = _chunks ?? throw new InvalidOperationException("a check before the chunk list");
        return Task.Run(() =>
        {
            using (place)
            {
                var samples = SampleFiles.MapChecked(place.Path, sha256);
                if (samples is not null) place.Keep(sha256, chunks, samples);
                return samples;
            }
        });
    }

    /// <summary>Deletes the file, unless a check has begun: it keeps or deletes the file when it is over.</summary>
    public void Dispose()
    {
        if (!IsChecking) place.Dispose();
    }
}
