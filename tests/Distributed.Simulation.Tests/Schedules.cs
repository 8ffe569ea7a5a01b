using Distributed.Protocol.Specification;
using Distributed.Simulation.Tests.Mistakes;
using Distributed.Simulation.Tests.World;

namespace Distributed.Simulation.Tests;

/// <summary>Runs schedules by seed; a failure names its seed and ends with the last lines of its trace.</summary>
internal static class Schedules
{
    private const int TraceLines = 120;

    /// <summary>The gradient format of all jobs, from the variable <c>GRADIENTS</c>; null: as drawn.</summary>
    private static GradientFormat? Format => Enum.TryParse<GradientFormat>(Environment.GetEnvironmentVariable("GRADIENTS"), ignoreCase: true, out var format) ? format : null;

    /// <summary>What is wrong with a schedule; null when nothing is.</summary>
    public static string? Run(int seed, Mistake? mistake = null)
    {
        try
        {
            new SimulatedWorld(seed, traced: false, format: Format, mistake: mistake).Run();
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e is SimulationFailure ? e.Message : e.ToString();
        }
    }

    /// <summary>Runs one schedule again with its full trace.</summary>
    public static (string? Wrong, IReadOnlyList<string> Trace) Replay(int seed)
    {
        var world = new SimulatedWorld(seed, traced: true, format: Format);
        string? wrong = null;
        try
        {
            world.Run();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            wrong = e is SimulationFailure ? e.Message : e.ToString();
        }
        return (wrong, world.Trace!.Lines);
    }

    public static void Require(IEnumerable<int> seeds)
    {
        foreach (var seed in seeds)
        {
            if (Run(seed) is not { } wrong) continue;
            var (_, trace) = Replay(seed);
            Assert.Fail($"SEED={seed}: {wrong}\n{trace[0]}\n…\n{string.Join('\n', trace.TakeLast(TraceLines))}");
        }
    }
}
