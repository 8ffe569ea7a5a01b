using Akka.Actor;
using Distributed.Cluster.Messages;
using Distributed.Cluster.TensorPlane;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.ParameterBlocks;

/// <summary>A connected worker and its data plane endpoint.</summary>
internal sealed record WorkerLink(IActorRef Reference, DataEndpoint Endpoint);

/// <summary>
/// A block's connections to its workers: takes their gradients from the data plane, watches those that have connected, and sends to them. What is sent
/// to a worker that is not connected is dropped: it asks when it is back.
/// </summary>
/// <param name="job">The job.</param>
/// <param name="block">The block.</param>
/// <param name="context">The context of the block's actor, which is notified when a worker ends.</param>
/// <param name="plane">The node's tensor data plane.</param>
internal sealed class WorkerLinks(JobId job, int block, IActorContext context, DataPlane plane)
{
    private readonly Dictionary<WorkerId, WorkerLink> _links = [];
    private readonly Dictionary<string, WorkerId[]> _byNode = [];

    /// <summary>The block's actor takes gradients from now on.</summary>
    public void Open() => plane.AddBlock(job, block, context.Self);

    /// <summary>The block's actor ends.</summary>
    public void Close() => plane.RemoveBlock(job, block, context.Self);

    /// <summary>A worker asks, as sender, where the block takes gradients.</summary>
    public void OnConnect(ConnectBlock message, IActorRef worker)
    {
        if (_links.TryGetValue(message.Worker, out var before)) context.Unwatch(before.Reference);
        _links[message.Worker] = new WorkerLink(context.Watch(worker), message.Endpoint);
        _byNode.Clear();
        worker.Tell(new BlockConnected(job, block, plane.Endpoint));
    }

    /// <summary>Workers are gone. Returns what the coordinator must hear.</summary>
    public IReadOnlyList<WorkerLeft> Lose(Func<WorkerLink, bool> isLost, string reason)
    {
        var left = new List<WorkerLeft>();
        foreach (var (worker, link) in _links.Where(pair => isLost(pair.Value)).ToList())
        {
            context.Unwatch(link.Reference);
            _links.Remove(worker);
            _byNode.Clear();
            left.Add(new WorkerLeft(job, worker, reason));
        }
        return left;
    }

    /// <summary>The connected workers of a node; empty when none of them is connected to this block.</summary>
    public IReadOnlyList<WorkerId> At(string node)
    {
        if (_byNode.TryGetValue(node, out var found)) return found;
        WorkerId[] workers = [.. _links.Where(pair => pair.Value.Endpoint.Node == node).Select(pair => pair.Key)];
        if (workers.Length > 0) _byNode[node] = workers; // strangers take no memory
        return workers;
    }

    /// <summary>Sends a control message to a worker.</summary>
    public void Tell(WorkerId worker, IWorkerMessage message)
    {
        if (_links.TryGetValue(worker, out var link)) link.Reference.Tell(message);
    }

    /// <summary>Whether a worker is connected and on this node.</summary>
    public bool IsHere(WorkerId worker) => _links.TryGetValue(worker, out var link) && plane.IsHere(link.Endpoint);

    /// <summary>Sends weights to a worker: by reference within the node, otherwise from their memory, which is not reused before they are sent.</summary>
    public void Push(WorkerId worker, WeightsUpdated weights, WeightsMemory memory)
    {
        if (!_links.TryGetValue(worker, out var link)) return;
        if (plane.IsHere(link.Endpoint)) link.Reference.Tell(weights);
        else plane.Send(link.Endpoint.Node, worker, weights, memory.Read(weights.Step));
    }
}
