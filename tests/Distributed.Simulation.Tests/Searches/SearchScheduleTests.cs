using System.Collections.Concurrent;
using System.Globalization;
using Distributed.Protocol.Search;
using Distributed.Protocol.Specification;
using Distributed.Simulation.Tests.World;
using Xunit.Abstractions;

namespace Distributed.Simulation.Tests.Searches;

/// <summary>
/// Searches under drawn faults; each must make the decisions of the fault-free run. <c>SEEDS=n</c> runs n schedules (400 without it), <c>SEED=x</c>
/// replays one.
/// </summary>
public sealed class SearchScheduleTests(ITestOutputHelper output)
{
    private const int Kinds = 8, MostSeeds = 2_000;

    private static readonly ConcurrentDictionary<int, SearchEnded> FaultFree = [];

    private static int Seeds => int.TryParse(Environment.GetEnvironmentVariable("SEEDS"), CultureInfo.InvariantCulture, out var n) ? n : 400;

    [Fact]
    public void Every_schedule_makes_the_decisions_of_the_fault_free_run()
    {
        var only = Environment.GetEnvironmentVariable("SEED") is { } one ? int.Parse(one, CultureInfo.InvariantCulture) : (int?)null;
        for (var seed = only ?? 1; seed <= (only ?? Seeds); seed++)
            if (Wrong(seed, SearchMistake.None) is { } wrong) Assert.Fail($"SEED={seed}: {wrong}");
    }

    public static TheoryData<string> EveryMistake() => [.. Enum.GetNames<SearchMistake>().Where(name => name != nameof(SearchMistake.None))];

    [Theory]
    [MemberData(nameof(EveryMistake))]
    public void The_simulator_finds_the_mistake(string name)
    {
        for (var seed = 1; seed <= MostSeeds; seed++)
        {
            if (Wrong(seed, Enum.Parse<SearchMistake>(name)) is not { } wrong) continue;
            output.WriteLine($"{name}: seed {seed}: {wrong.Split('\n')[0]}");
            return;
        }
        Assert.Fail($"{name} survives {MostSeeds} schedules");
    }

    /// <summary>What is wrong with a schedule; null when nothing is.</summary>
    private static string? Wrong(int seed, SearchMistake mistake)
    {
        var search = Searches(seed % Kinds);
        var expected = FaultFree.GetOrAdd(seed % Kinds, _ => new SearchWorld(search, 0).Run().End!);
        try
        {
            var end = new SearchWorld(search, seed, mistake).Run().End!;
            return end == expected ? null : $"the search ended with {end}, the fault-free run with {expected}";
        }
        catch (Exception e) when (e is SimulationFailure or InvalidOperationException or ArgumentException or KeyNotFoundException)
        {
            return e.Message;
        }
    }

    /// <summary>Searches of every strategy, with and without rungs.</summary>
    private static SearchSpecification Searches(int kind)
    {
        var strategy = (SearchStrategy)(kind % 4);
        SearchDimension[] space =
        [
            new("learning-rate", DimensionKind.LogReal) { Low = 1e-4, High = 1e-1 },
            new("hidden", DimensionKind.Choice) { Choices = ["64", "128", "64,32"] },
            new("dropout", DimensionKind.Real) { Low = 0, High = 0.5 },
        ];
        var trials = strategy == SearchStrategy.Grid ? (int)SearchSpecification.GridSize(space) : 14 + kind;
        return new SearchSpecification
        {
            Data = new DataIdentity(new string('0', 64), 100, 20),
            Space = space,
            Settings = new Dictionary<string, string>(),
            Strategy = strategy,
            Trials = trials,
            BatchSize = strategy == SearchStrategy.Tpe ? 4 : trials,
            Rungs = kind < 4 ? [1, 3, 9] : [6],
            Keep = 3,
            Goal = SearchGoal.Loss,
            Seed = (ulong)kind + 1,
        };
    }
}
