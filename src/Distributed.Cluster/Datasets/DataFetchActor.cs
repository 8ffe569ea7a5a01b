using System.Diagnostics;
using System.Runtime.InteropServices;
using Akka.Actor;
using Akka.Event;
using Distributed.Cluster.Messages;
using Distributed.Cluster.TensorPlane;
using Distributed.Data.Samples;
using Distributed.Protocol.Datasets;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Datasets;

/// <summary>
/// Fetches one data set into the node's folder: finds nodes that have it, requests chunks (see <see cref="ChunkFetch"/>), verifies and writes each,
/// and finally verifies the whole against the SHA-256 in the job's specification.
/// </summary>
internal sealed class DataFetchActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(15); // without a source

    private readonly string _sha256;
    private readonly SampleCache _cache;
    private readonly DataPlane _plane;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly DataSearch _search;
    private readonly ActorSystem _system = Context.System;
    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal); // by node name on the data plane
    private readonly HashSet<string> _wrongRoots = new(StringComparer.Ordinal);
    private readonly HashSet<string> _distrusted = new(StringComparer.Ordinal); // nodes that sent a damaged chunk list
    private FetchedFile? _file; // from the first offer
    private (string Node, TimeSpan At)? _listAsked;
    private string? _lastFailure;
    private TimeSpan _usableAt; // when a node was last available
    private bool _isChecking;
    private bool _isOver;

    private sealed record Source(IActorRef Reference, IDisposable? Connection);

    /// <summary>
    /// The file being fetched: identified by the root of its chunks, with its place on disk and, once the chunk list is here, the missing chunks.
    /// </summary>
    private sealed class FetchedFile(string root, ReservedPlace place)
    {
        public string Root => root;

        public ReservedPlace Place => place;

        public ChunkList? Chunks { get; private set; }

        public ChunkFetch? Fetch { get; private set; }

        public void Begin(ChunkList chunks) => (Chunks, Fetch) = (chunks, new ChunkFetch(chunks.Count, FetchTimes.Default));
    }

    public DataFetchActor(string sha256, SampleCache cache, DataPlane plane)
    {
        _sha256 = sha256;
        _cache = cache;
        _plane = plane;
        _search = new DataSearch(sha256, Context);
        _usableAt = Now;
        Receive<Tick>(_ => OnTick());
        Receive<DataAvailable>(OnHere);
        Receive<PeerConnected>(message =>
        {
            if (_sources.ContainsKey(message.Node)) _file?.Fetch?.Add(message.Node);
            Proceed();
        });
        Receive<PeerLost>(message => OnLost(message.Node, "its connection broke"));
        Receive<ChunkArrived>(OnChunk);
        Receive<ChunkRefused>(OnRefused);
        Receive<WholeChecked>(OnChecked);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _system.Scheduler.MonotonicClock;

    public static Props Props(string sha256, SampleCache cache, DataPlane plane) => Akka.Actor.Props.Create(() => new DataFetchActor(sha256, cache, plane));

    protected override void PreStart()
    {
        if (_sha256.Length != 64 || !_sha256.All(char.IsAsciiHexDigitLower))
        {
            End($"'{_sha256}' is no SHA-256 of a data set");
            return;
        }
        _plane.AddFetch(_sha256, Self);
        Timers.StartPeriodicTimer("tick", Tick.Instance, TimeSpan.Zero, TickInterval);
    }

    protected override void PostStop()
    {
        _plane.RemoveFetch(_sha256, Self);
        foreach (var source in _sources.Values) source.Connection?.Dispose();
        if (!_isChecking) _file?.Place.Dispose();
        if (!_isOver) Context.Parent.Tell(new FetchEnded(_sha256, "fetching the data set failed"));
    }

    private void OnTick()
    {
        if (_isChecking || _isOver) return;
        if (_sources.Keys.Any(_plane.IsConnected) && _file?.Fetch?.Usable != 0) _usableAt = Now;
        _search.AskWhenDue(Now, _sources.Count > 0);
        if (_listAsked is { } asked && Now - asked.At >= FetchTimes.Default.SilenceBound) OnLost(asked.Node, $"{asked.Node} did not answer");
        if (Now - _usableAt >= GiveUpAfter)
            End($"no node of the cluster has the data set {_sha256[..12]}…{(_lastFailure is null ? "" : $" ({_lastFailure})")}; submit the job again where the data is");
        else Proceed();
    }

    private void OnHere(DataAvailable message)
    {
        if (_isChecking || _isOver || message.Sha256 != _sha256 || _wrongRoots.Contains(message.Root) || _distrusted.Contains(message.Endpoint.Node)) return;
        if (_file is null && !TryReserve(message)) return;
        if (message.Root != _file!.Root || message.Length != _file.Place.Length || _sources.Count >= ChunkFetch.MaximumSources) return;
        if (_sources.TryGetValue(message.Endpoint.Node, out var known)) _sources[message.Endpoint.Node] = known with { Reference = Sender };
        else if (_plane.Connect(message.Endpoint) is { } connection) _sources.Add(message.Endpoint.Node, new Source(Sender, connection));
        else return;
        if (_plane.IsConnected(message.Endpoint.Node)) _file?.Fetch?.Add(message.Endpoint.Node);
        Proceed();
    }

    private bool TryReserve(DataAvailable message)
    {
        if (message.Length <= 0 || message.Length % sizeof(float) != 0) return false;
        try
        {
            if (_cache.Reserve(message.Length, out var refusal) is { } place) _file = new FetchedFile(message.Root, place);
            else End(refusal!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            End($"the data folder does not take the data set: {e.Message}");
        }
        return _file is not null;
    }

    private void OnLost(string node, string reason)
    {
        if (!_sources.ContainsKey(node)) return;
        _lastFailure = $"{node}: {reason}";
        _file?.Fetch?.Remove(node, reason);
        if (_listAsked?.Node == node)
        {
            _listAsked = null;
            if (_plane.IsConnected(node)) Drop(node, _lastFailure); // otherwise it would be asked first again; it may offer the data set again
        }
        _search.Hurry();
        Proceed();
    }

    private void OnRefused(ChunkRefused message)
    {
        if (message.Sha256 != _sha256 || !_sources.ContainsKey(message.Node)) return;
        if (!message.IsBusy) OnLost(message.Node, "it does not have the data set any more");
        else if (message.Index >= 0) _file?.Fetch?.OnBusy(message.Node, message.Index, Now);
        else _listAsked = null;
    }

    private void OnChunk(ChunkArrived message)
    {
        try
        {
            if (_isChecking || _isOver || !_sources.ContainsKey(message.Node)) return;
            var bytes = MemoryMarshal.AsBytes(message.Chunk.Values.Span);
            if (message.Chunk.Index < 0) TakeList(message.Node, bytes);
            else TakeChunk(message.Node, message.Chunk.Index, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            End($"the data folder does not take the data set: {e.Message}");
        }
        finally
        {
            message.Chunk.Lease?.Dispose();
        }
        Proceed();
    }

    private void TakeList(string node, ReadOnlySpan<byte> bytes)
    {
        if (_file is not { Fetch: null } file) return;
        _listAsked = null;
        if (ChunkList.Read(bytes, out var reason) is { } chunks && chunks.Root == file.Root && chunks.Length == file.Place.Length)
        {
            file.Begin(chunks);
            foreach (var source in _sources.Keys.Where(_plane.IsConnected)) file.Fetch!.Add(source);
        }
        else
        {
            _distrusted.Add(node);
            Drop(node, $"{node} sent a damaged list of chunks{(reason is null ? "" : $": {reason}")}");
        }
    }

    private void TakeChunk(string node, int index, ReadOnlySpan<byte> bytes)
    {
        if (_file is not { Fetch: { } fetch, Chunks: { } chunks } file) return;
        var isRight = chunks.IsRight(index, bytes);
        if (!isRight) _log.Warning("data set {0}: {1} sent a damaged chunk {2}; it is asked nothing more", _sha256, node, index);
        if (fetch.OnChunk(node, index, isRight)) RandomAccess.Write(file.Place.File, bytes, ChunkList.PlaceOf(index));
        _lastFailure = fetch.LastFailure ?? _lastFailure;
    }

    private void Proceed()
    {
        if (_isChecking || _isOver || _file is not { } file) return;
        if (file.Fetch is not { } fetch)
        {
            if (_listAsked is not null || _sources.Keys.FirstOrDefault(_plane.IsConnected) is not { } node) return;
            _listAsked = (node, Now);
            Ask(file, node, DataChunk.ChunkListIndex);
            return;
        }
        foreach (var (node, chunk) in fetch.Plan(Now)) Ask(file, node, chunk);
        if (fetch.IsComplete) CheckWhole(file.Place, file.Chunks!);
    }

    private void Ask(FetchedFile file, string node, int index) => _sources[node].Reference.Tell(new GetChunk(_sha256, file.Root, index, _plane.Endpoint));

    private void CheckWhole(ReservedPlace place, ChunkList chunks)
    {
        _isChecking = true;
        var sha256 = _sha256;
        Task.Run(() =>
        {
            using (place)
            {
                var samples = SampleFiles.MapChecked(place.Path, sha256);
                if (samples is not null) place.Keep(sha256, chunks, samples);
                return new WholeChecked(samples, null);
            }
        }).PipeTo(Self, failure: e => new WholeChecked(null, e));
    }

    private void OnChecked(WholeChecked message)
    {
        if (message.Failure is { } failure)
        {
            End($"the data folder does not take the data set: {failure.GetBaseException().Message}");
            return;
        }
        if (message.Samples is not null)
        {
            _log.Info("data set {0}: {1:0.0} MiB fetched from {2} nodes in {3:0.00} s", _sha256, _file!.Chunks!.Length / 1048576.0, _sources.Count, Stopwatch.GetElapsedTime(_begun).TotalSeconds);
            End(null);
            return;
        }
        // The chunks match the list, but the list was wrong: another file may be right.
        _isChecking = false;
        _wrongRoots.Add(_file!.Root);
        _lastFailure = "what was offered as the data set holds other samples";
        foreach (var node in _sources.Keys.ToList()) Drop(node, _lastFailure);
        (_file, _listAsked) = (null, null);
    }

    private void Drop(string node, string reason)
    {
        _lastFailure = reason;
        if (_sources.Remove(node, out var source)) source.Connection?.Dispose();
    }

    private void End(string? reason)
    {
        if (_isOver) return;
        _isOver = true;
        _isChecking = false;
        Context.Parent.Tell(new FetchEnded(_sha256, reason));
        Context.Stop(Self);
    }

    private sealed record WholeChecked(SampleSet? Samples, Exception? Failure);

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
