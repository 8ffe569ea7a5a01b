namespace Distributed.Console.Terminals;

/// <summary>The process's exit codes.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The job failed; reported in one line.</summary>
    public const int Failed = 1;

    /// <summary>Bad usage or bad input, reported with its place and the remedy.</summary>
    public const int BadUsage = 2;

    /// <summary>Interrupted by Ctrl-C or SIGTERM; the words that resume the job were said. (128 + SIGINT, as shells have it.)</summary>
    public const int Interrupted = 130;
}
