using Distributed.Protocol.Verification;
using Xunit.Abstractions;

namespace Distributed.Simulation.Tests;

/// <summary>The simulator itself is tested: it finds every one of these bugs, each made by hand, within a bounded number of schedules.</summary>
public sealed class SabotageTests(ITestOutputHelper output)
{
    private const int MostSeeds = 3_000;

    public static TheoryData<string> EveryBug() => [.. Enum.GetValues<Bug>().Where(bug => bug != Bug.None).Select(bug => bug.ToString())];

    [Theory]
    [MemberData(nameof(EveryBug))]
    public void The_simulator_finds_the_bug(string name)
    {
        using var sabotage = Sabotage.Begin(Enum.Parse<Bug>(name));
        for (var seed = 1; seed <= MostSeeds; seed++)
        {
            if (Schedules.Run(seed) is not { } wrong) continue;
            output.WriteLine($"{name}: seed {seed}: {wrong.Split('\n')[0]}");
            return;
        }
        Assert.Fail($"{name} survives {MostSeeds} schedules");
    }
}
