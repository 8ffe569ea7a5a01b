using System.Buffers;
using System.Runtime.InteropServices;
using Akka.Actor;
using Akka.Event;
using Distributed.Cluster.Messages;
using Distributed.Cluster.TensorPlane;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Transport.Peers;

namespace Distributed.Cluster.Datasets;

/// <summary>
/// Serves a node's data sets to other nodes: answers which are complete here, sends their chunks, and has each data set that its workers need fetched
/// once.
/// </summary>
internal sealed class DataActor : ReceiveActor
{
    /// <summary>Chunks queued for sending, 1 MiB each. At the bound, a requesting node is asked to retry later.</summary>
    private const int MaximumSending = 32;

    private readonly SampleCache _cache;
    private readonly DataPlane _plane;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly Dictionary<string, List<(IActorRef Worker, JobId Job)>> _waiting = new(StringComparer.Ordinal);
    private int _sending;

    public DataActor(SampleCache cache, DataPlane plane)
    {
        _cache = cache;
        _plane = plane;
        Receive<FindData>(message =>
        {
            if (_cache.Find(message.Sha256) is { } chunks) Sender.Tell(new DataAvailable(message.Sha256, chunks.Root, chunks.Length, _plane.Endpoint));
        });
        Receive<GetChunk>(OnGetChunk);
        Receive<ObtainData>(OnObtain);
        Receive<Checked>(message =>
        {
            if (message.IsThere) Answer(message.Sha256, null);
            else Context.ActorOf(DataFetchActor.Props(message.Sha256, _cache, _plane));
        });
        Receive<FetchEnded>(message => Answer(message.Sha256, message.Reason));
    }

    public static Props Props(SampleCache cache, DataPlane plane) => Akka.Actor.Props.Create(() => new DataActor(cache, plane));

    protected override void PostStop()
    {
        foreach (var sha256 in _waiting.Keys.ToList()) Answer(sha256, "the node's data actor failed"); // the coordinator retries
    }

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(exception =>
    {
        _log.Error(exception, "a fetch of a data set failed");
        return Directive.Stop; // its end reports that the data set will not arrive
    });

    private void OnGetChunk(GetChunk message)
    {
        if (_cache.Find(message.Sha256) is not { } chunks || chunks.Root != message.Root || message.Index < DataChunk.ChunkListIndex || message.Index >= chunks.Count)
        {
            Refuse(isBusy: false);
            return;
        }
        if (Volatile.Read(ref _sending) >= MaximumSending || !WireText.IsValid(message.ReplyTo.Node) || !_plane.IsConnected(message.ReplyTo.Node))
        {
            Refuse(isBusy: true);
            return;
        }
        var length = message.Index < 0 ? chunks.Bytes.Length : chunks.LengthOf(message.Index);
        var values = new SentValues(this, length / sizeof(float));
        if (message.Index < 0) chunks.Bytes.Span.CopyTo(values.Bytes);
        else if (!TryRead(message, values.Bytes))
        {
            values.Dispose();
            Refuse(isBusy: false);
            return;
        }
        if (!_plane.Send(message.ReplyTo.Node, new DataChunk(message.Sha256, message.Index, values.Memory, null), values)) Refuse(isBusy: true);

        void Refuse(bool isBusy) => Sender.Tell(new ChunkRefused(message.Sha256, message.Index, _plane.Endpoint.Node, isBusy));
    }

    private bool TryRead(GetChunk message, Span<byte> into)
    {
        try
        {
            return _cache.TryRead(message.Sha256, message.Index, into);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Warning("chunk {0} of the data set {1} cannot be read: {2}", message.Index, message.Sha256, e.Message);
            return false;
        }
    }

    private void OnObtain(ObtainData message)
    {
        if (_waiting.TryGetValue(message.Sha256, out var waiting))
        {
            waiting.Add((Sender, message.Job));
            return;
        }
        _waiting.Add(message.Sha256, [(Sender, message.Job)]);
        var sha256 = message.Sha256;
        _cache.CheckAsync(sha256).PipeTo(Self, success: isThere => new Checked(sha256, isThere), failure: _ => new Checked(sha256, false));
    }

    private void Answer(string sha256, string? reason)
    {
        if (!_waiting.Remove(sha256, out var waiting)) return;
        foreach (var (worker, job) in waiting)
            worker.Tell(reason is null ? new DataPresent(job) : new DataMissing(job, reason));
    }

    private sealed record Checked(string Sha256, bool IsThere);

    /// <summary>A chunk in transit: its memory returns to the pool once sent.</summary>
    private sealed class SentValues : IDisposable
    {
        private readonly DataActor _owner;
        private readonly int _length;
        private float[]? _values;

        public SentValues(DataActor owner, int length)
        {
            _owner = owner;
            _length = length;
            _values = ArrayPool<float>.Shared.Rent(length);
            Interlocked.Increment(ref owner._sending);
        }

        public ReadOnlyMemory<float> Memory => _values.AsMemory(0, _length);

        public Span<byte> Bytes => MemoryMarshal.AsBytes(_values.AsSpan(0, _length));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _values, null) is not { } values) return;
            ArrayPool<float>.Shared.Return(values);
            Interlocked.Decrement(ref _owner._sending);
        }
    }
}
