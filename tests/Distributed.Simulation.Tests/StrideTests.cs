using Distributed.Simulation.Tests.World;
using Xunit.Abstractions;

namespace Distributed.Simulation.Tests;

/// <summary>What the schedules do to strides: without many that are cut short and some whose worker ends, they would prove nothing.</summary>
public sealed class StrideTests(ITestOutputHelper output)
{
    private const int Seeds = 1_000;

    [Fact]
    public void Schedules_make_strides_cut_them_short_and_end_their_workers()
    {
        var (begun, steps, cut, stopped) = (0, 0L, 0, 0);
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var world = new SimulatedWorld(seed, traced: false);
            world.Run();
            begun += world.Strides.Begun;
            steps += world.Strides.Steps;
            cut += world.Strides.CutShort;
            stopped += world.Strides.OfStoppedWorkers;
        }
        output.WriteLine($"{begun} strides with {steps} steps; {cut} cut short, {stopped} of a worker that ended");
        Assert.True(begun > Seeds / 2 && steps > begun * 3 / 2, $"{begun} strides of {steps} steps");
        Assert.True(cut > begun / 10, $"{cut} of {begun} strides are cut short");
        Assert.True(stopped > 0, "no worker ends in a stride");
    }

    [Theory]
    [InlineData(FaultKind.CrashWorker)]
    [InlineData(FaultKind.AddWorker)]
    [InlineData(FaultKind.ResetConnection)]
    [InlineData(FaultKind.CrashBlock)]
    [InlineData(FaultKind.Pause)]
    [InlineData(FaultKind.CrashCoordinator)]
    public void Strides_that_one_kind_of_fault_ends_change_no_bit(FaultKind kind)
    {
        for (var seed = 1; seed <= 150; seed++)
        {
            var world = new SimulatedWorld(seed, traced: false, habits => habits with
            {
                Workers = 1,
                Faults = new Dictionary<FaultKind, TimeSpan> { [kind] = habits.Horizon / 8 },
            });
            try
            {
                world.Run();
            }
            catch (SimulationFailure e)
            {
                Assert.Fail($"seed {seed}: {e.Message}");
            }
        }
    }
}
