using Distributed.Simulation.Tests.World;
using Xunit.Abstractions;

namespace Distributed.Simulation.Tests;

/// <summary>A worker that computes wrongly, in worlds without other faults; the schedules combine it with all others.</summary>
public sealed class AuditTests(ITestOutputHelper output)
{
    private const int Seeds = 150;

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void A_worker_that_computes_wrongly_is_excluded_and_changes_no_bit(int workers)
    {
        var (lied, excluded) = (0, 0);
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var world = Calm(seed, workers);
            Run(seed, world);
            if (!world.HasLied) continue;
            lied++;
            if (world.Journal.Mirror.Exclusions.Count > 0) excluded++;
        }
        output.WriteLine($"{lied} of {Seeds} worlds saw a lie, {excluded} excluded the liar");
        Assert.InRange(lied, Seeds / 2, Seeds);
        // In the others, two honest workers had also computed its shards after a change of assignment, and the job ended before its next lie.
        Assert.InRange(excluded, lied * 9 / 10, lied);
    }

    [Fact]
    public void Of_two_workers_that_disagree_none_is_excluded_before_a_third_one_comes()
    {
        var waited = 0;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var world = Calm(seed, 2);
            world.Quieting += () =>
            {
                if (!world.HasLied || world.Client.HasHeardTheEnd) return;
                if (world.Journal.Mirror.Exclusions.Count > 0) SimulatedWorld.Fail("excluded by one against one");
                if (world.Coordinators.Current!.Status.Reason?.Contains("start another worker", StringComparison.Ordinal) == true) waited++;
            };
            Run(seed, world); // when faults stop, three honest workers remain
        }
        output.WriteLine($"{waited} of {Seeds} worlds waited for somebody who can tell");
        Assert.InRange(waited, Seeds / 3, Seeds);
    }

    [Fact]
    public void With_every_other_fault_too_the_bits_are_those_of_the_fault_free_run_and_no_honest_worker_is_excluded()
    {
        var (lied, excused, excluded) = (0, 0, 0);
        for (var seed = 1; seed <= Seeds * 2; seed++)
        {
            var world = new SimulatedWorld(seed, traced: false, habits => habits with { Workers = Math.Max(3, habits.Workers) },
                job => AuditHabits.Lying(new Random(seed), job));
            Run(seed, world);
            if (world.HasLied) lied++;
            if (world.IsExcused) excused++;
            else if (world.Journal.Mirror.Exclusions.Count > 0) excluded++;
        }
        output.WriteLine($"{lied} of {Seeds * 2} worlds saw a lie, {excluded} excluded the liar, {excused} left it alone");
        Assert.InRange(excluded, lied / 3, lied);
        Assert.InRange(excused, 0, lied / 4);
    }

    private static SimulatedWorld Calm(int seed, int workers) => new(
        seed, traced: false,
        habits => habits with { Workers = workers, Faults = new Dictionary<FaultKind, TimeSpan>(), Drop = 0, LongDelay = 0, Horizon = TimeSpan.FromSeconds(10) },
        job => AuditHabits.Lying(new Random(seed), job) with { LeastWorkers = Math.Min(3, workers) });

    private static void Run(int seed, SimulatedWorld world)
    {
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
