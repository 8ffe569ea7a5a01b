namespace Distributed.Protocol.Datasets;

/// <summary>When a fetch asks again.</summary>
/// <param name="SilenceBound">A source that was asked and says nothing for this long is not asked any more.</param>
/// <param name="BusyPause">A source that has too much to do is asked again after this.</param>
public sealed record FetchTimes(TimeSpan SilenceBound, TimeSpan BusyPause)
{
    /// <summary>As used by the nodes.</summary>
    public static FetchTimes Default { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromMilliseconds(100));
}

/// <summary>
/// Which chunk of a data set is asked of which node: any node that has the whole file will do, several at once, and another one as soon as one is
/// lost, silent or sends what is damaged. Chunks that are there stay. Pure: time comes in, requests come out.
/// </summary>
/// <param name="count">Chunks of the file.</param>
/// <param name="times">When it asks again.</param>
public sealed class ChunkFetch(int count, FetchTimes times)
{
    /// <summary>Requests that one source has at a time: enough that its disk, the wire and this node's check overlap.</summary>
    public const int Window = 4;

    /// <summary>The most sources that are asked at a time; further ones are known in case that one is lost.</summary>
    public const int MaximumActive = 4;

    /// <summary>The most sources that are remembered.</summary>
    public const int MaximumSources = 64;

    private readonly bool[] _have = new bool[count];
    private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal);
    private readonly List<string> _order = []; // the sources, in the order in which they came
    private int _next; // no chunk below is missing and not asked for

    private sealed class Source
    {
        public readonly Dictionary<int, TimeSpan> Asked = []; // chunk → since when
        public TimeSpan NotBefore;
        public string? Banned;
    }

    /// <summary>Chunks that are there.</summary>
    public int Done { get; private set; }

    /// <summary>Whether all are there.</summary>
    public bool IsComplete => Done == count;

    /// <summary>Sources that may be asked.</summary>
    public int Usable => _sources.Values.Count(source => source.Banned is null);

    /// <summary>Why the last source was given up; null when none was.</summary>
    public string? LastFailure { get; private set; }

    /// <summary>A node that has the whole file. One that sent damaged chunks stays banned; one that was lost may come back.</summary>
    public void Add(string source)
    {
        if (_sources.ContainsKey(source) || _sources.Count >= MaximumSources) return;
        _sources.Add(source, new Source());
        _order.Add(source);
    }

    /// <summary>A source is gone: its connection broke, or it does not have the file any more.</summary>
    public void Remove(string source, string reason)
    {
        if (!_sources.TryGetValue(source, out var gone) || gone.Banned is not null) return;
        Free(gone);
        _sources.Remove(source);
        _order.Remove(source);
        LastFailure = reason;
    }

    /// <summary>A chunk has come; true when it is new and right, and so to be kept. A damaged one bans its source from this fetch.</summary>
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

    /// <summary>A source has too much to do for this chunk.</summary>
    public void OnBusy(string source, int chunk, TimeSpan now)
    {
        if (!_sources.TryGetValue(source, out var busy) || !busy.Asked.Remove(chunk)) return;
        busy.NotBefore = now + times.BusyPause;
        _next = Math.Min(_next, chunk);
    }

    /// <summary>What to ask now, of whom.</summary>
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
