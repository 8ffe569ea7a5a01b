using System.Diagnostics;
using System.Runtime.InteropServices;
using Akka.Actor;
using Akka.Event;
using Distributed.Cluster.Messages;
using Distributed.Cluster.TensorPlane;
using Distributed.Data.Samples;
using Distributed.Protocol.Datasets;

namespace Distributed.Cluster.Datasets;

/// <summary>
/// Fetches one data set into the node's folder: finds nodes that have it, requests chunks (see <see cref="ChunkFetch"/>), verifies and writes each,
/// and finally verifies the whole against the SHA-256 in the job's specification.
/// </summary>
internal sealed class DataFetchActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(100);

    private readonly string _sha256;
    private readonly SampleCache _cache;
    private readonly DataSearch _search;
    private readonly FetchSources _sources;
    private readonly FetchPatience _patience;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly long _begun = Stopwatch.GetTimestamp();
    private FetchedFile? _file; // from the first offer
    private bool _isOver;

    public DataFetchActor(string sha256, SampleCache cache, DataPlane plane)
    {
        _sha256 = sha256;
        _cache = cache;
        _search = new DataSearch(sha256, Context);
        _sources = new FetchSources(sha256, plane, Self);
        _patience = new FetchPatience(sha256, Now);
        Receive<Tick>(_ => OnTick());
        Receive<DataAvailable>(OnHere);
        Receive<PeerConnected>(message =>
        {
            if (_sources.Contains(message.Node)) _file?.Add(message.Node);
            Proceed();
        });
        Receive<PeerLost>(message => OnLost(message.Node, "its connection broke"));
        Receive<ChunkArrived>(OnChunk);
        Receive<ChunkRefused>(OnRefused);
        Receive<WholeChecked>(OnChecked);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    /// <summary>Whether sources are still sought and asked.</summary>
    private bool IsFetching => !_isOver && _file is not { IsChecking: true };

    public static Props Props(string sha256, SampleCache cache, DataPlane plane) => Akka.Actor.Props.Create(() => new DataFetchActor(sha256, cache, plane));

    protected override void PreStart()
    {
        if (_sha256.Length != 64 || !_sha256.All(char.IsAsciiHexDigitLower))
        {
            End($"'{_sha256}' is no SHA-256 of a data set");
            return;
        }
        _sources.Open();
        Timers.StartPeriodicTimer("tick", Tick.Instance, TimeSpan.Zero, TickInterval);
    }

    protected override void PostStop()
    {
        _sources.Dispose();
        _file?.Dispose();
        if (!_isOver) Context.Parent.Tell(new FetchEnded(_sha256, "fetching the data set failed"));
    }

    private void OnTick()
    {
        if (!IsFetching) return;
        if (_sources.Connected.Any() && _file is not { HasUsableSource: false }) _patience.Renew(Now);
        _search.AskWhenDue(Now, _sources.Count > 0);
        if (_file?.SilentAboutList(Now) is { } silent) OnLost(silent, $"{silent} did not answer");
        if (_patience.ReasonToGiveUp(Now) is { } reason) End(reason);
        else Proceed();
    }

    private void OnHere(DataAvailable message)
    {
        if (!IsFetching || !_sources.Accepts(message)) return;
        if (_file is null && !TryReserve(message)) return;
        if (!_file!.IsOffered(message) || !_sources.TryAdd(message.Endpoint, Sender)) return;
        if (_sources.IsConnected(message.Endpoint.Node)) _file.Add(message.Endpoint.Node);
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
        if (!_sources.Contains(node)) return;
        _patience.OnFailure($"{node}: {reason}");
        // A node that was asked for the chunk list would be asked first again; it may offer the data set again.
        if (_file?.Lose(node, reason) == true && _sources.IsConnected(node)) _sources.Drop(node);
        _search.Hurry();
        Proceed();
    }

    private void OnRefused(ChunkRefused message)
    {
        if (message.Sha256 != _sha256 || !_sources.Contains(message.Node)) return;
        if (message.IsBusy) _file?.OnBusy(message.Node, message.Index, Now);
        else OnLost(message.Node, "it does not have the data set any more");
    }

    private void OnChunk(ChunkArrived message)
    {
        try
        {
            if (!IsFetching || _file is null || !_sources.Contains(message.Node)) return;
            var bytes = MemoryMarshal.AsBytes(message.Chunk.Values.Span);
            if (message.Chunk.Index < 0) TakeList(_file, message.Node, bytes);
            else TakeChunk(_file, message.Node, message.Chunk.Index, bytes);
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

    private void TakeList(FetchedFile file, string node, ReadOnlySpan<byte> bytes)
    {
        if (!file.AwaitsList) return;
        if (file.TryTakeList(bytes, out var reason))
        {
            foreach (var source in _sources.Connected) file.Add(source);
            return;
        }
        _sources.Distrust(node);
        _patience.OnFailure($"{node} sent a damaged list of chunks{(reason is null ? "" : $": {reason}")}");
    }

    private void TakeChunk(FetchedFile file, string node, int index, ReadOnlySpan<byte> bytes)
    {
        if (file.AwaitsList) return;
        if (!file.TryTake(node, index, bytes)) _log.Warning("data set {0}: {1} sent a damaged chunk {2}; it is asked nothing more", _sha256, node, index);
        if (file.LastFailure is { } failure) _patience.OnFailure(failure);
    }

    private void Proceed()
    {
        if (!IsFetching || _file is not { } file) return;
        foreach (var (node, index) in file.Plan(_sources.Connected, Now)) _sources.Ask(node, file.Root, index);
        if (!file.IsComplete) return;
        file.CheckAsync(_sha256).PipeTo(Self, success: samples => new WholeChecked(samples, null), failure: e => new WholeChecked(null, e));
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
            _log.Info("data set {0}: {1:0.0} MiB fetched from {2} nodes in {3:0.00} s", _sha256, _file!.Length / 1048576.0, _sources.Count, Stopwatch.GetElapsedTime(_begun).TotalSeconds);
            End(null);
            return;
        }
        // Another file may be right.
        _sources.Refute(_file!.Root);
        _patience.OnFailure("what was offered as the data set holds other samples");
        _file = null;
    }

    private void End(string? reason)
    {
        if (_isOver) return;
        _isOver = true;
        Context.Parent.Tell(new FetchEnded(_sha256, reason));
        Context.Stop(Self);
    }

    private sealed record WholeChecked(SampleSet? Samples, Exception? Failure);

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
