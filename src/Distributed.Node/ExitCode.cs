namespace Distributed.Node;

/// <summary>The process's exit codes.</summary>
internal static class ExitCode
{
    /// <summary>It was asked to end and left in order.</summary>
    public const int Left = 0;

    /// <summary>An unexpected error, reported in one line.</summary>
    public const int Failed = 1;

    /// <summary>A wrong setting or an unavailable port, reported with the remedy.</summary>
    public const int BadSetting = 2;

    /// <summary>The cluster declared it dead, or it was on the losing side of a split: to be started again by its restart policy.</summary>
    public const int Downed = 3;
}
