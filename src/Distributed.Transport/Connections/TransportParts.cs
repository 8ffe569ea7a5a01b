using Distributed.Transport.Buffers;
using Distributed.Transport.Peers;
using Distributed.Transport.Traffic;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport.Connections;

/// <summary>What all connections of a node share.</summary>
internal sealed record TransportParts(
    TransportOptions Options, ITensorReceiver Receiver, TensorBufferPool Pool, TransportMeter Meter, Polling Polling, ILogger Logger);
