using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Messages;

// Messages between shells beyond the rules' protocol, for locating each other. Actor references travel as senders.

/// <summary>From a client: subscribe to the job's events. Answered by <see cref="JobWatched"/>, then by events.</summary>
internal sealed record WatchJob(JobId Job) : ICoordinatorMessage;

/// <summary>From a coordinator: the sender is subscribed to the job's events.</summary>
internal sealed record JobWatched(JobId Job) : IClusterMessage;

/// <summary>From a coordinator to a node's worker host: list its workers. Each answers with <see cref="WorkerAvailable"/>.</summary>
internal sealed record GetWorkers : IClusterMessage;

/// <summary>From a worker, as sender.</summary>
internal sealed record WorkerAvailable(WorkerId Worker) : IClusterMessage;

/// <summary>From a worker to a block: the sender receives weights at this data plane endpoint. Answered by <see cref="BlockConnected"/>.</summary>
internal sealed record ConnectBlock(JobId Job, int Block, WorkerId Worker, DataEndpoint Endpoint) : IBlockMessage;

/// <summary>From a block, as sender: it receives gradients at this data plane endpoint.</summary>
internal sealed record BlockConnected(JobId Job, int Block, DataEndpoint Endpoint) : IClusterMessage;
