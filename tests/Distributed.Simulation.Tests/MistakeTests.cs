using Distributed.Simulation.Tests.Mistakes;
using Xunit.Abstractions;

namespace Distributed.Simulation.Tests;

/// <summary>Tests of the simulator itself: it finds each deliberate mistake within a bounded number of schedules.</summary>
public sealed class MistakeTests(ITestOutputHelper output)
{
    private const int MostSeeds = 2_000;

    public static TheoryData<string> EveryMistake() => [.. Enum.GetNames<Mistake>()];

    [Theory]
    [MemberData(nameof(EveryMistake))]
    public void The_simulator_finds_the_mistake(string name)
    {
        for (var seed = 1; seed <= MostSeeds; seed++)
        {
            if (Schedules.Run(seed, Enum.Parse<Mistake>(name)) is not { } wrong) continue;
            output.WriteLine($"{name}: seed {seed}: {wrong.Split('\n')[0]}");
            return;
        }
        Assert.Fail($"{name} survives {MostSeeds} schedules");
    }
}
