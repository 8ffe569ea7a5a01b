using Distributed.Simulation.Tests.World;
using Xunit.Abstractions;

namespace Distributed.Simulation.Tests;

/// <summary>A peer that is no worker of the job sends gradients; the schedules combine it with all faults too.</summary>
public sealed class StrangerTests(ITestOutputHelper output)
{
    private const int Seeds = 200;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Forged_gradients_change_no_bit_and_hold_up_no_step(bool isCalm)
    {
        var refusals = 0;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var world = new SimulatedWorld(
                seed, traced: false, habits => isCalm ? habits with { Faults = new Dictionary<FaultKind, TimeSpan>(), Drop = 0, LongDelay = 0 } : habits, stranger: true);
            try
            {
                world.Run();
            }
            catch (SimulationFailure e)
            {
                Assert.Fail($"seed {seed}: {e.Message}");
            }
            refusals += world.Stranger.Refusals;
        }
        output.WriteLine($"{refusals} gradients refused in {Seeds} worlds");
        Assert.InRange(refusals, Seeds, int.MaxValue);
    }
}
