using System.Net.Sockets;
using Distributed.Transport.Buffers;
using Distributed.Transport.SharedMemory;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Transport.Tests;

/// <summary>Both ends of a connection through shared memory, in one process; the listener opens the dialler's segment as another process would.</summary>
internal sealed class RingPair : IDisposable
{
    private readonly SocketPair _sockets = new();
    private readonly SharedSegment _made, _opened;

    public RingPair(TimeSpan? stallLimit = null)
    {
        var options = Nodes.Options("a") with { StallLimit = stallLimit ?? TimeSpan.FromSeconds(20) };
        Pool = new TensorBufferPool(options.ReceiveMemoryBytes);
        var parts = new SharedMemoryParts(options.SharedMemoryBytes, options.StallLimit, Pool, new PollingThreads(), NullLogger.Instance);
        _made = SharedSegment.TryCreate(2 * ByteRing.SegmentBytes, out var failure)!;
        Assert.Null(failure);
        _opened = SharedSegment.TryOpen(Environment.ProcessId, _made.Handle, 2 * ByteRing.SegmentBytes, out failure)!;
        Assert.Null(failure);
        Dialler = new RingChannel(_sockets.DialledChannel, _made, isMaker: true, Environment.ProcessId, parts);
        Listener = new RingChannel(_sockets.AcceptedChannel, _opened, isMaker: false, Environment.ProcessId, parts);
    }

    public RingChannel Dialler { get; }

    public RingChannel Listener { get; }

    /// <summary>The dialler's socket, for what no honest peer does.</summary>
    public Socket DialledSocket => _sockets.Dialled;

    /// <summary>Counts what both ends lease.</summary>
    public TensorBufferPool Pool { get; }

    /// <summary>The memory as the dialler sees it.</summary>
    public SharedSegment Segment => _made;

    public void Dispose()
    {
        Dialler.Close("the test is over");
        Listener.Close("the test is over");
        Dialler.Free();
        Listener.Free();
        _sockets.Dispose();
    }
}
