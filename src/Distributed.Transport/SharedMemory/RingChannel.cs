using System.Diagnostics;
using Distributed.Transport.Channels;
using Distributed.Transport.Frames;

namespace Distributed.Transport.SharedMemory;

/// <summary>
/// A channel between two processes of one machine through shared memory: bytes are copied into a ring and out of it, without the kernel. The
/// socket below is its bell: a byte through it wakes the waiting thread at the other end, and its end reports the peer's end at once.
/// </summary>
/// <remarks>
/// The ring carries two kinds of messages: posts, small messages that name a tensor's slot in shared memory (<see cref="ISharedTensors"/>) and
/// that any polling thread may take, and a stream of everything else, for which the reading thread is always called.
/// </remarks>
internal sealed class RingChannel : ByteChannel, ISharedTensors
{
    private const byte DataBell = (byte)'d', RoomBell = (byte)'r';

    // The reading thread hears the bells; while it is busy in the receiver, a writer that waits for room checks for itself.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(2);

    // The rest of a frame arrives within a few of these: sooner than a sleep and a wake-up.
    private static readonly long PatienceTicks = Stopwatch.Frequency / 50_000; // 20 µs

    private readonly ByteChannel _socket;
    private readonly SharedSegment _segment; // keeps the rings' memory
    private readonly PollingThreads _pollers;
    private readonly OutgoingSlots _outgoingSlots;
    private readonly IncomingSlots _incomingSlots;
    private readonly ByteRing _incoming, _outgoing;
    private readonly TimeSpan _stallLimit;
    private readonly object _room = new(); // a monitor: the writer waits on it
    private bool _closed, _peerIsGone;

    /// <param name="socket">The socket after the hand-shake; owned by this channel.</param>
    /// <param name="segment">Memory of two rings.</param>
    /// <param name="isMaker">Whether this side made the segment and writes into the first ring.</param>
    /// <param name="peer">The peer's process id.</param>
    /// <param name="parts">What the node's channels share.</param>
    public unsafe RingChannel(ByteChannel socket, SharedSegment segment, bool isMaker, int peer, SharedMemoryParts parts)
    {
        (_socket, _segment, _stallLimit, _pollers) = (socket, segment, parts.StallLimit, parts.Pollers);
        (_outgoingSlots, _incomingSlots) = (new OutgoingSlots(parts.LimitBytes), new IncomingSlots(peer, parts.Pool));
        var (first, second) = (new ByteRing(segment.Start), new ByteRing(segment.Start + ByteRing.SegmentBytes));
        (_outgoing, _incoming) = isMaker ? (first, second) : (second, first);
    }

    public override ISharedTensors Shared => this;

    public bool IsEmpty => _incoming.IsEmpty;

    public bool IsPostNext
    {
        get
        {
            Span<byte> post = stackalloc byte[SlotFrame.PostSize];
            return !Volatile.Read(ref _closed) && _incoming.TryPeek(post) && FrameHeaderFields.IsInSharedMemory(post);
        }
    }

    public bool TryPut(ReadOnlySpan<float> values, out SlotFrame place) => _outgoingSlots.TryPut(values, out place);

    public void TakeBack(in SlotFrame place) => _outgoingSlots.TakeBack(place);

    public string? TryTake(in SlotFrame place, int elements, out Memory<float> values, out IDisposable? lease) =>
        _incomingSlots.TryTake(place, elements, out values, out lease);

    public bool TryPost(ReadOnlySpan<byte> bytes)
    {
        if (Volatile.Read(ref _closed)) return false;
        if (_outgoing.TryWriteAll(bytes) is not { } written) return Damaged() > 0;
        if (written && _outgoing.IsReaderToWake()) Ring();
        return written;
    }

    public void CallReader()
    {
        if (_outgoing.IsReaderToCall()) Ring();
    }

    public void SilenceBell() => _incoming.WithdrawReader();

    public void ArmBell() => _incoming.AnnounceReader();

    public bool WaitForSomething()
    {
        while (!Volatile.Read(ref _closed))
        {
            if (!_incoming.IsEmpty) return true;
            if (_peerIsGone) return false;
            if (!_pollers.Any)
            {
                if (IsSomethingComing()) return true;
                ArmBell();
                if (!_incoming.IsEmpty) return true;
            }
            HearBells();
        }
        return false;
    }

    public override int Receive(Span<byte> into)
    {
        while (!Volatile.Read(ref _closed))
        {
            var count = _incoming.Read(into);
            if (count < 0) return Damaged();
            if (count > 0)
            {
                if (_incoming.IsWriterToWake()) _socket.Send([RoomBell]);
                return count;
            }
            if (_peerIsGone) break;
            if (IsSomethingComing()) continue;
            _incoming.AnnounceReader();
            if (_incoming.IsEmpty) HearBells();
        }
        return 0;
    }

    public override bool Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (Volatile.Read(ref _closed)) return false;
            var count = _outgoing.Write(bytes);
            if (count < 0) return Damaged() > 0;
            bytes = bytes[count..];
            if (count == 0 ? !WaitForRoom() : _outgoing.IsReaderToWake() && !Ring()) return false;
        }
        return !Volatile.Read(ref _closed);
    }

    public override void Free()
    {
        _socket.Free();
        GC.KeepAlive(_segment);
    }

    protected override void Shut()
    {
        Volatile.Write(ref _closed, true);
        _socket.Close(EndReason);
        WakeWriter();
    }

    private bool Ring()
    {
        if (_socket.Send([DataBell])) return true;
        EndWith(_socket.EndReason);
        return false;
    }

    private bool IsSomethingComing()
    {
        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetTimestamp() - since < PatienceTicks; Thread.SpinWait(8))
            if (!_incoming.IsEmpty) return true;
        return false;
    }

    /// <summary>Waits for bells. The end of the peer counts as one: what it wrote before is still read.</summary>
    private void HearBells()
    {
        Span<byte> bells = stackalloc byte[4];
        var count = _socket.Receive(bells);
        if (count == 0)
        {
            EndWith(_socket.EndReason);
            _peerIsGone = true;
            return;
        }
        foreach (var bell in bells[..count])
        {
            switch (bell)
            {
                case DataBell:
                    _incoming.HearReaderBell();
                    break;
                case RoomBell:
                    _outgoing.HearWriterBell();
                    WakeWriter();
                    break;
                default:
                    Close($"the peer sent 0x{bell:x2} beside the shared memory");
                    return;
            }
        }
    }

    private bool WaitForRoom()
    {
        var since = Stopwatch.GetTimestamp();
        lock (_room)
        {
            while (true)
            {
                _outgoing.AnnounceWriter();
                if (!_outgoing.IsFull) return true;
                if (_closed) return false;
                if (Stopwatch.GetElapsedTime(since) > _stallLimit)
                {
                    EndWith("the peer has stopped reading");
                    return false;
                }
                Monitor.Wait(_room, LookAgain);
            }
        }
    }

    private void WakeWriter()
    {
        lock (_room) Monitor.PulseAll(_room);
    }

    private int Damaged()
    {
        Close("the peer's position in the shared memory cannot be");
        return 0;
    }
}
