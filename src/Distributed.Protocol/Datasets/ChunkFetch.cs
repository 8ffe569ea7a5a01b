namespace Distributed.Protocol.Datasets;

/// <summary>Timing of a fetch.</summary>
/// <param name="SilenceBound">A source that does not answer within this time is not asked again.</param>
/// <param name="BusyPause">Delay before a busy source is asked again.</param>
internal sealed record FetchTimes(TimeSpan SilenceBound, TimeSpan BusyPause)
{
    /// <summary>The times that nodes use.</summary>
    public static FetchTimes Default { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(100));
}

/// <summary>
/// Which chunk of a data set is requested from which node. Any node with the whole file can serve, several at once; another takes over when one is
/// lost, silent or sends damaged data. Received chunks are kept. Pure: time in, requests out.
/// </summary>
/// <param name="count">Chunks of the file.</param>
/// <param name="times">The fetch's timing.</param>
internal sealed class ChunkFetch(int count, FetchTimes times)
{
    /// <summary>Concurrent requests per source: enough to overlap its disk, the network and this node's verification.</summary>
    public const int Window = 4;

    /// <summary>Maximum number of active sources; further ones are kept as spares.</summary>
    public const int MaximumActive = 4;

    /// <summary>Maximum number of remembered sources.</summary>
    public const int MaximumSources = 64;

    private readonly bool[] _have = new bool[count];
    private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal);
    private readonly List<string> _order = []; // the sources in order of arrival
    private int _next; // every chunk below is received or requested

    private sealed class Source
    {
        public readonly Dictionary<int, TimeSpan> Asked = []; // chunk → since when
        public TimeSpan NotBefore;
        public string? Banned;
    }

    /// <summary>Chunks received.</summary>
    public int Done { get; private set; }

    /// <summary>Whether all chunks are received.</summary>
    public bool IsComplete => Done == count;

    /// <summary>Sources that may be asked.</summary>
    public int Usable => _sources.Values.Count(source => source.Banned is null);

    /// <summary>Why the last source was dropped; null for none.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>Adds a node that has the whole file. A source that sent damaged chunks stays banned; one that was lost may come back.</summary>
    public void Add(string source)
    {
        if (_sources.ContainsKey(source) || _sources.Count >= MaximumSources) return;
        _sources.Add(source, new Source());
        _order.Add(source);
    }

    /// <summary>Removes a source whose connection broke or that no longer has the file.</summary>
    public void Remove(string source, string reason)
    {
        if (!_sources.TryGetValue(source, out var gone) || gone.Banned is not null) return;
        Free(gone);
        _sources.Remove(source);
        _order.Remove(source);
        LastFailure = reason;
    }

    /// <summary>A chunk has arrived; true when it is new and valid, and must be kept. A damaged one bans its source from this fetch.</summary>
    public bool OnChunk(string source, int chunk, bool isRight)
    {
        if (chunk < 0 || chunk >= count) return false;
        if (_sources.TryGetValue(source, out var sender))
        {
            sender.Asked.Remove(chunk);
            if (!isRight && sender.Banned is null)
            {
                Free(sender);
                LastFailure = sender.Banned = $"{source} sent a damaged chunk {chunk}";
            }
        }
        if (_have[chunk]) return false;
        if (!isRight)
        {
            _next = Math.Min(_next, chunk);
            return false;
        }
        _have[chunk] = true;
        Done++;
        return true;
    }

    /// <summary>A source is too busy for this chunk.</summary>
    public void OnBusy(string source, int chunk, TimeSpan now)
    {
        if (!_sources.TryGetValue(source, out var busy) || !busy.Asked.Remove(chunk)) return;
        busy.NotBefore = now + times.BusyPause;
        _next = Math.Min(_next, chunk);
    }

    /// <summary>What to request now, and from which source.</summary>
    public IReadOnlyList<(string Source, int Chunk)> Plan(TimeSpan now)
    {
        GiveUpSilent(now);
        var requests = new List<(string Source, int Chunk)>();
        var active = 0;
        foreach (var name in _order)
        {
            var source = _sources[name];
            if (source.Banned is not null) continue;
            if (++active > MaximumActive) break;
            while (now >= source.NotBefore && source.Asked.Count < Window && TakeMissing() is { } chunk)
            {
                source.Asked.Add(chunk, now);
                requests.Add((name, chunk));
            }
        }
        return requests;
    }

    private void GiveUpSilent(TimeSpan now)
    {
        foreach (var name in _order.ToList())
            if (_sources[name].Asked.Values.Any(since => now - since >= times.SilenceBound))
                Remove(name, $"{name} did not answer within {times.SilenceBound.TotalSeconds:0.#} s");
    }

    private int? TakeMissing()
    {
        for (; _next < count; _next++)
            if (!_have[_next] && !_sources.Values.Any(source => source.Asked.ContainsKey(_next))) return _next++;
        return null;
    }

    private void Free(Source source)
    {
        foreach (var chunk in source.Asked.Keys) _next = Math.Min(_next, chunk);
        source.Asked.Clear();
    }
}
