namespace Distributed.Simulation.Tests.World;

/// <summary>Where one parameter block runs; a message starts it where it does not, without memory.</summary>
internal sealed class BlockSeat(SimulatedWorld world, int block)
{
    private BlockNode? _node;
    private TimeSpan _awayUntil;

    public string Name { get; } = $"block{block}";

    public BlockNode? Node => _node;

    public bool HoldsState => _node is { Step: >= 0 };

    public void Deliver(object message)
    {
        if (_node is null)
        {
            if (world.Time.Now < _awayUntil || message is EndBlock)
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

    public void Crash(TimeSpan away)
    {
        if (_node is null) return;
        world.Trace?.Line($"{Name} CRASHES at step {_node.Step} for {away.TotalMilliseconds:F0} ms");
        _node.Stop();
        _node = null;
        _awayUntil = world.Time.Now + away;
    }

    public void End(BlockNode node)
    {
        node.Stop();
        if (_node == node) _node = null;
    }
}
