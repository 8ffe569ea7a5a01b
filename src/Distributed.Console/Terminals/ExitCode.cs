namespace Distributed.Console.Terminals;

/// <summary>What the process ends with; the only place that knows the numbers.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The job failed; the reason was said in one line.</summary>
    public const int Failed = 1;

    /// <summary>Bad usage or bad input: what, where and what would be right were said.</summary>
    public const int BadUsage = 2;

    /// <summary>Interrupted by Ctrl-C or SIGTERM; the words that resume the job were said. (128 + SIGINT, as shells have it.)</summary>
    public const int Interrupted = 130;
}
