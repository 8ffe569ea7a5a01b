using Distributed.Jobs.Submission;

namespace Distributed.Console.Searches;

/// <summary>
/// How the threads of a process are shared out among trials: one to each, so that no step waits for another core. Only a search with several workers
/// splits its trials. Neither reaches a decision.
/// </summary>
internal static class SideBySide
{
    /// <summary>Trials at once.</summary>
    public static int Trials(RunSettings run) => Math.Max(1, run.Threads / run.Workers);

    /// <summary>The settings of the cluster: each worker computes a trial with one thread.</summary>
    public static RunSettings Of(RunSettings run) => run with { Threads = run.Workers };
}
