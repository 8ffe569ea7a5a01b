using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Messages;

// What the shells say to each other beyond the rules' protocol: who is where. Actor references travel as senders.

/// <summary>From a client: tell me the job's events. Answered by <see cref="JobWatched"/>, then by events.</summary>
internal sealed record WatchJob(JobId Job) : ICoordinatorMessage;

/// <summary>From a coordinator: the sender hears the job's events from here on.</summary>
internal sealed record JobWatched(JobId Job) : IClusterMessage;

/// <summary>From a coordinator to a node's worker host: which workers run there? Answered by each with <see cref="WorkerAvailable"/>.</summary>
internal sealed record GetWorkers : IClusterMessage;

/// <summary>From a worker, by its own reference.</summary>
internal sealed record WorkerAvailable(WorkerId Worker) : IClusterMessage;

/// <summary>From a worker to a block: this reference takes your weights, at this place of the data plane. Answered by <see cref="BlockConnected"/>.</summary>
internal sealed record ConnectBlock(JobId Job, int Block, WorkerId Worker, DataEndpoint Endpoint) : IBlockMessage;

/// <summary>From a block, by its own reference: it takes your gradients, at this place of the data plane.</summary>
internal sealed record BlockConnected(JobId Job, int Block, DataEndpoint Endpoint) : IClusterMessage;
