using Microsoft.Extensions.Logging;

namespace Distributed.Transport;

/// <summary>What all connections of a node share.</summary>
internal sealed record TransportParts(
    TransportOptions Options, ITensorReceiver Receiver, TensorBufferPool Pool, TransportMeter Meter, Polling Polling, ILogger Logger);
