using Distributed.Protocol.Messages;

namespace Distributed.Simulation.Tests.World;

/// <summary>Hosts one parameter block; a message starts it if it is not running, without memory.</summary>
internal sealed class BlockSeat(SimulatedWorld world, int block)
{
    private BlockNode? _node;
    private BlockNode? _twin; // a duplicate of the entity
    private readonly Dictionary<long, BlockNode> _loaded = [];
    private TimeSpan _awayUntil;

    public string Name { get; } = $"block{block}";

    public BlockNode? Node => _node;

    public bool IsDoubled => _twin is not null;

    public bool HoldsState => _node is { Step: >= 0 };

    public void Deliver(object message)
    {
        if (_twin is not null && world.Random.Next(2) == 0)
        {
            _twin.Receive(message);
            return;
        }
        if (_node is null)
        {
            if (world.Time.Now < _awayUntil || message is EndBlock or StrideNudge)
            {
                (message as PushGradient)?.Lease?.Dispose();
                return;
            }
            _node = new BlockNode(world, this, block, world.NextIncarnation());
            world.Trace?.Line($"{Name} starts without memory");
            _node.Begin();
        }
        _node.Receive(message);
    }

    /// <summary>Only one incarnation has a lineage: two would give workers conflicting answers.</summary>
    public void NoteLoad(long lineage, BlockNode node)
    {
        if (!_loaded.TryAdd(lineage, node)) SimulatedWorld.Fail($"two incarnations of {Name} load lineage {lineage}");
    }

    public void Crash(TimeSpan away)
    {
        if (_node is null) return;
        world.Trace?.Line($"{Name} CRASHES at step {_node.Step} for {away.TotalMilliseconds:F0} ms");
        _node.Stop();
        _node = null;
        _awayUntil = world.Time.Now + away;
    }

    /// <summary>A second one starts while this one lives; for a while a message may reach either.</summary>
    public void Double(TimeSpan time)
    {
        if (_node is null || _twin is not null) return;
        world.Trace?.Line($"{Name} is DOUBLED for {time.TotalMilliseconds:F0} ms");
        var twin = _twin = _node;
        _node = null;
        world.Time.After(time, () =>
        {
            twin.Stop();
            if (_twin == twin) _twin = null;
        });
    }

    public void End(BlockNode node)
    {
        node.Stop();
        if (_node == node) _node = null;
        if (_twin == node) _twin = null;
    }
}
