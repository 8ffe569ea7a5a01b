using System.Diagnostics;
using System.Runtime.InteropServices;
using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Distributed.Cluster.Messages;
using Distributed.Cluster.TensorPlane;
using Distributed.Data.Samples;
using Distributed.Protocol.Datasets;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Datasets;

/// <summary>
/// Fetches one data set into the node's folder: looks for nodes that have it, asks them for chunks (see <see cref="ChunkFetch"/>), checks and
/// writes each, and at the end checks the whole against the SHA-256 that the job's specification names.
/// </summary>
internal sealed class DataFetchActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SearchInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan SearchMoreInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(15); // without a node that has it

    /// <summary>Nodes that are asked at a time, so that a thousand nodes are not a thousand questions of each.</summary>
    private const int AskedAtOnce = 32;

    private readonly string _sha256;
    private readonly SampleCache _cache;
    private readonly DataPlane _plane;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly ActorSystem _system = Context.System;
    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly Dictionary<string, Source> _sources = new(StringComparer.Ordinal); // by the node's name on the data plane
    private readonly HashSet<string> _wrongRoots = new(StringComparer.Ordinal);
    private readonly HashSet<string> _distrusted = new(StringComparer.Ordinal); // nodes that sent a damaged list
    private string? _root; // which file: the first offer's
    private ReservedPlace? _place;
    private ChunkFetch? _fetch;
    private ChunkList? _chunks;
    private (string Node, TimeSpan At)? _listAsked;
    private string? _lastFailure;
    private TimeSpan _searchAt;
    private TimeSpan _usableAt; // when there was last a node to ask
    private int _searched; // members asked so far
    private bool _isChecking;
    private bool _isOver;

    private sealed record Source(IActorRef Reference, IDisposable? Connection);

    public DataFetchActor(string sha256, SampleCache cache, DataPlane plane)
    {
        _sha256 = sha256;
        _cache = cache;
        _plane = plane;
        _usableAt = Now;
        Receive<Tick>(_ => OnTick());
        Receive<DataHere>(OnHere);
        Receive<PeerConnected>(message =>
        {
            if (_sources.ContainsKey(message.Node)) _fetch?.Add(message.Node);
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
        if (!_isChecking) _place?.Dispose();
        if (!_isOver) Context.Parent.Tell(new FetchEnded(_sha256, "fetching the data set failed"));
    }

    private void OnTick()
    {
        if (_isChecking || _isOver) return;
        if (_sources.Keys.Any(_plane.IsConnected) && _fetch?.Usable != 0) _usableAt = Now;
        if (Now >= _searchAt) Search();
        if (_listAsked is { } asked && Now - asked.At >= FetchTimes.Default.SilenceBound) OnLost(asked.Node, $"{asked.Node} did not answer");
        if (Now - _usableAt >= GiveUpAfter)
            End($"no node of the cluster has the data set {_sha256[..12]}…{(_lastFailure is null ? "" : $" ({_lastFailure})")}; submit the job again where the data is");
        else Proceed();
    }

    /// <summary>Asks some members, first those that are no workers: the data set came in at one of them.</summary>
    private void Search()
    {
        _searchAt = Now + (_sources.Count == 0 ? SearchInterval : SearchMoreInterval);
        var members = _cluster.State.Members
            .Where(member => member.Status is MemberStatus.Up or MemberStatus.WeaklyUp or MemberStatus.Leaving && member.UniqueAddress != _cluster.SelfUniqueAddress)
            .OrderBy(member => member.HasRole(NodeRoles.Worker)).ThenBy(member => HashCode.Combine(member.UniqueAddress.Uid, _begun)).ToList();
        for (var i = 0; i < Math.Min(AskedAtOnce, members.Count); i++)
            Context.ActorSelection(new RootActorPath(members[_searched++ % members.Count].Address) / "user" / DataActor.Name).Tell(new FindData(_sha256));
    }

    private void OnHere(DataHere message)
    {
        if (_isChecking || _isOver || message.Sha256 != _sha256 || _wrongRoots.Contains(message.Root) || _distrusted.Contains(message.Endpoint.Node)) return;
        if (_root is null && !TryReserve(message)) return;
        if (message.Root != _root || message.Length != _place!.Length || _sources.Count >= ChunkFetch.MaximumSources) return;
        if (_sources.TryGetValue(message.Endpoint.Node, out var known)) _sources[message.Endpoint.Node] = known with { Reference = Sender };
        else if (_plane.Connect(message.Endpoint) is { } connection) _sources.Add(message.Endpoint.Node, new Source(Sender, connection));
        else return;
        if (_plane.IsConnected(message.Endpoint.Node)) _fetch?.Add(message.Endpoint.Node);
        Proceed();
    }

    private bool TryReserve(DataHere message)
    {
        if (message.Length <= 0 || message.Length % sizeof(float) != 0) return false;
        try
        {
            _place = _cache.Reserve(message.Length, out var refusal);
            if (_place is null) End(refusal!);
            else _root = message.Root;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            End($"the data folder does not take the data set: {e.Message}");
        }
        return _place is not null;
    }

    private void OnLost(string node, string reason)
    {
        if (!_sources.ContainsKey(node)) return;
        _lastFailure = $"{node}: {reason}";
        _fetch?.Remove(node, reason);
        if (_listAsked?.Node == node) _listAsked = null;
        _searchAt = TimeSpan.Zero;
        Proceed();
    }

    private void OnRefused(ChunkRefused message)
    {
        if (message.Sha256 != _sha256 || !_sources.ContainsKey(message.Node)) return;
        if (!message.IsBusy) OnLost(message.Node, "it does not have the data set any more");
        else if (message.Index >= 0) _fetch?.OnBusy(message.Node, message.Index, Now);
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
        if (_fetch is not null) return;
        _listAsked = null;
        if (ChunkList.Read(bytes, out var reason) is { } chunks && chunks.Root == _root && chunks.Length == _place!.Length)
        {
            _chunks = chunks;
            _fetch = new ChunkFetch(chunks.Count, FetchTimes.Default);
            foreach (var source in _sources.Keys.Where(_plane.IsConnected)) _fetch.Add(source);
        }
        else
        {
            _distrusted.Add(node);
            Drop(node, $"{node} sent a damaged list of chunks{(reason is null ? "" : $": {reason}")}");
        }
    }

    private void TakeChunk(string node, int index, ReadOnlySpan<byte> bytes)
    {
        if (_fetch is null) return;
        var isRight = _chunks!.IsRight(index, bytes);
        if (!isRight) _log.Warning("data set {0}: {1} sent a damaged chunk {2}; it is asked nothing more", _sha256, node, index);
        if (_fetch.OnChunk(node, index, isRight)) RandomAccess.Write(_place!.File, bytes, ChunkList.PlaceOf(index));
        _lastFailure = _fetch.LastFailure ?? _lastFailure;
    }

    private void Proceed()
    {
        if (_isChecking || _isOver || _root is null) return;
        if (_fetch is null)
        {
            if (_listAsked is not null || _sources.Keys.FirstOrDefault(_plane.IsConnected) is not { } node) return;
            _listAsked = (node, Now);
            Ask(node, DataChunk.ChunkListIndex);
            return;
        }
        foreach (var (node, chunk) in _fetch.Plan(Now)) Ask(node, chunk);
        if (_fetch.IsComplete) CheckWhole();
    }

    private void Ask(string node, int index) => _sources[node].Reference.Tell(new GetChunk(_sha256, _root!, index, _plane.Endpoint));

    private void CheckWhole()
    {
        _isChecking = true;
        var (sha256, place, chunks) = (_sha256, _place!, _chunks!);
        Task.Run(() =>
        {
            using (place)
            {
                var samples = SampleCache.MapChecked(place.Path, sha256);
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
            _log.Info("data set {0}: {1:0.0} MiB fetched from {2} nodes in {3:0.00} s", _sha256, _chunks!.Length / 1048576.0, _sources.Count, Stopwatch.GetElapsedTime(_begun).TotalSeconds);
            End(null);
            return;
        }
        // Chunks as promised, but the promise was wrong: another file may be right.
        _isChecking = false;
        _wrongRoots.Add(_root!);
        _lastFailure = "what was offered as the data set holds other samples";
        foreach (var node in _sources.Keys.ToList()) Drop(node, _lastFailure);
        (_root, _place, _fetch, _chunks, _listAsked) = (null, null, null, null, null);
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
