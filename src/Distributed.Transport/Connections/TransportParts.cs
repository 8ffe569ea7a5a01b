using Distributed.Transport.Buffers;
using Distributed.Transport.Options;
using Distributed.Transport.Peers;
using Distributed.Transport.SharedMemory;
using Distributed.Transport.Traffic;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport.Connections;

/// <summary>What all connections of a node share.</summary>
internal sealed record TransportParts(
    TransportOptions Options, ITensorReceiver Receiver, TensorBufferPool Pool, TransportMeter Meter, Polling Polling, ILogger Logger)
{
    /// <summary>The part that channels through shared memory need.</summary>
    public SharedMemoryParts SharedMemory => new(Options.SharedMemoryBytes, Options.StallLimit, Pool, Polling.Threads, Logger);
}
