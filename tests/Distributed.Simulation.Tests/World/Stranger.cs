using Distributed.Protocol.Identity;

namespace Distributed.Simulation.Tests.World;

/// <summary>
/// A peer that is no worker of the job and sends forged gradients for the blocks' open steps, as fast as it likes, until the job ends. Draws from a
/// generator of its own, so that the rest of a schedule stays the same.
/// </summary>
internal sealed class Stranger
{
    private static readonly WorkerId Name = new("stranger");

    private readonly SimulatedWorld _world;
    private readonly Random _random;

    public Stranger(SimulatedWorld world, int seed, bool? isThere)
    {
        _world = world;
        _random = new Random(seed ^ 0x0dd);
        IsThere = _random.Next(4) == 0;
        if (isThere is { } forced) IsThere = forced;
    }

    public bool IsThere { get; }

    /// <summary>Gradients that blocks refused, the stranger's and those of workers that overtook their assignment.</summary>
    public int Refusals { get; set; }

    public void Begin()
    {
        if (IsThere) Send();
    }

    private void Send()
    {
        if (_world.Client.HasHeardTheEnd) return;
        var burst = _random.Next(20) == 0 ? 40 : 1;
        for (var i = 0; i < burst; i++)
        {
            var seat = _world.Blocks[_random.Next(_world.Blocks.Count)];
            // Its link is that of no worker, or of one that no assignment names.
            if (seat.Node?.Forge(_random, _random.Next(2) == 0 ? [] : [Name]) is { } forged) seat.Node.Receive(forged);
        }
        _world.Time.After(TimeSpan.FromMilliseconds(1 + _random.NextDouble() * 40), Send);
    }
}
