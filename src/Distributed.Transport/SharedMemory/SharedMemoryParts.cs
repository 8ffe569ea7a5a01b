using Distributed.Transport.Buffers;
using Microsoft.Extensions.Logging;

namespace Distributed.Transport.SharedMemory;

/// <summary>What a node's shared-memory channels have in common.</summary>
/// <param name="LimitBytes">Memory for tensors to one peer; at the bound they go through the ring.</param>
/// <param name="StallLimit">How long a full ring may stay full before the channel ends.</param>
/// <param name="Pool">Counts what is leased.</param>
/// <param name="Pollers">The node's polling threads.</param>
/// <param name="Logger">Logs why memory is not shared.</param>
internal sealed record SharedMemoryParts(long LimitBytes, TimeSpan StallLimit, TensorBufferPool Pool, PollingThreads Pollers, ILogger Logger);
