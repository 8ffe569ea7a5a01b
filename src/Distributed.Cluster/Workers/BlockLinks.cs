using Akka.Actor;
using Distributed.Cluster.Compute;
using Distributed.Cluster.Messages;
using Distributed.Cluster.TensorPlane;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Workers;

/// <summary>A block that answered, and its data plane endpoint.</summary>
internal sealed record BlockLink(IActorRef Reference, DataEndpoint Endpoint);

/// <summary>
/// A worker's connections to the blocks of a lineage: asks the region for each until it answers, watches those that have, keeps their nodes
/// connected on the data plane, and sends to them.
/// </summary>
/// <param name="job">The job.</param>
/// <param name="worker">The worker.</param>
/// <param name="context">The context of the worker's actor, which is notified when a block ends.</param>
/// <param name="region">The region of parameter blocks.</param>
/// <param name="plane">The node's tensor data plane.</param>
internal sealed class BlockLinks(JobId job, WorkerId worker, IActorContext context, IActorRef region, DataPlane plane) : IDisposable
{
    private const int Reconnects = 60; // beyond this only the coordinator asks again

    private readonly Dictionary<string, IDisposable?> _peers = []; // nodes kept connected
    private BlockLink?[] _links = [];
    private int _reconnects;

    /// <summary>The lineage of the blocks; 0 before any.</summary>
    public long Lineage { get; private set; }

    /// <summary>Whether every block has answered and is reachable.</summary>
    public bool IsReady
    {
        get
        {
            if (Array.Exists(_links, link => link is null)) return false;
            ForgetUnusedPeers();
            return Array.TrueForAll(_links, link => plane.IsConnected(link!.Endpoint.Node));
        }
    }

    /// <summary>Starts over with the blocks of another lineage; nodes stay connected.</summary>
    public void Begin(long lineage, int blocks)
    {
        Lose(_ => true);
        Lineage = lineage;
        _links = new BlockLink?[blocks];
    }

    /// <summary>Asks every block, including those that answered: a block may have considered this worker lost.</summary>
    public void ConnectAll()
    {
        _reconnects = Reconnects;
        for (var block = 0; block < _links.Length; block++) Connect(block);
    }

    /// <summary>Asks the blocks that have not answered, up to the limit.</summary>
    public void ConnectMissing()
    {
        if (_reconnects == 0) return;
        _reconnects--;
        for (var block = 0; block < _links.Length; block++)
            if (_links[block] is null) Connect(block);
    }

    /// <summary>A block has answered, as sender.</summary>
    public void OnConnected(BlockConnected message, IActorRef block)
    {
        if (message.Block < 0 || message.Block >= _links.Length || block.Equals(_links[message.Block]?.Reference)) return;
        if (_links[message.Block] is { } before) context.Unwatch(before.Reference);
        _links[message.Block] = new BlockLink(context.Watch(block), message.Endpoint);
        if (!_peers.ContainsKey(message.Endpoint.Node)) _peers[message.Endpoint.Node] = plane.Connect(message.Endpoint);
    }

    /// <summary>Whether a connected block is on a node.</summary>
    public bool IsAt(int block, string node) => block >= 0 && block < _links.Length && _links[block]?.Endpoint.Node == node;

    /// <summary>Sends a control message to a block if it is connected.</summary>
    public void Tell(IBlockMessage message) => _links[message.Block]?.Reference.Tell(message);

    /// <summary>Tells every block of this node that a stride in its memory has ended.</summary>
    public void Tell(StrideEnded message)
    {
        foreach (var link in _links)
            if (link is not null && plane.IsHere(link.Endpoint)) link.Reference.Tell(message);
    }

    /// <summary>Sends a gradient to a block on the data plane. If the block is not connected, the gradient is dropped: the block asks when it is back.</summary>
    public void Push(PushGradient gradient)
    {
        if (_links[gradient.Block] is not { } link) gradient.Lease?.Dispose();
        else if (plane.IsHere(link.Endpoint)) link.Reference.Tell(gradient);
        else plane.Send(link.Endpoint.Node, gradient);
    }

    /// <summary>Blocks are gone: asks for them again.</summary>
    public void Lose(Func<BlockLink, bool> isLost)
    {
        for (var block = 0; block < _links.Length; block++)
        {
            if (_links[block] is not { } link || !isLost(link)) continue;
            context.Unwatch(link.Reference);
            _links[block] = null;
            _reconnects = Reconnects;
        }
    }

    /// <summary>Releases the node connections kept for this worker.</summary>
    public void Dispose()
    {
        foreach (var peer in _peers.Values) peer?.Dispose();
    }

    private void Connect(int block) => region.Tell(new ConnectBlock(job, block, worker, plane.Endpoint));

    private void ForgetUnusedPeers()
    {
        foreach (var (node, interest) in _peers.Where(peer => !Array.Exists(_links, link => link!.Endpoint.Node == peer.Key)).ToList())
        {
            _peers.Remove(node);
            interest?.Dispose();
        }
    }
}
