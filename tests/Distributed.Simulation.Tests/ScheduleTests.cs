using System.Globalization;
using Xunit.Abstractions;

namespace Distributed.Simulation.Tests;

/// <summary>
/// Random schedules of faults; each must end with the bits of the fault-free run. <c>SEEDS=n</c> runs n of them (2,000 without it),
/// <c>SEED=x</c> replays one and prints its trace; <c>GRADIENTS=bfloat16</c> gives all jobs rounded gradients.
/// </summary>
public sealed class ScheduleTests(ITestOutputHelper output)
{
    private const int Batches = 20;

    private static int Seeds => int.TryParse(Environment.GetEnvironmentVariable("SEEDS"), CultureInfo.InvariantCulture, out var n) ? n : 2_000;

    public static TheoryData<int> EveryBatch() => [.. Enumerable.Range(0, Batches)];

    [Theory]
    [MemberData(nameof(EveryBatch))]
    public void Every_schedule_ends_with_the_bits_of_the_fault_free_run(int batch)
    {
        if (Environment.GetEnvironmentVariable("SEED") is { } one)
        {
            if (batch > 0) return;
            var (wrong, trace) = Schedules.Replay(int.Parse(one, CultureInfo.InvariantCulture));
            foreach (var line in trace) output.WriteLine(line);
            Assert.Null(wrong);
            return;
        }
        var first = 1 + Seeds * batch / Batches;
        Schedules.Require(Enumerable.Range(first, 1 + Seeds * (batch + 1) / Batches - first));
    }
}
