namespace Distributed.Node;

/// <summary>What the process ends with; the only place that knows the numbers.</summary>
internal static class ExitCode
{
    /// <summary>It was asked to end and left in order.</summary>
    public const int Left = 0;

    /// <summary>An unexpected error; it was said in one line.</summary>
    public const int Failed = 1;

    /// <summary>A wrong setting, or a port that cannot be had: which, and what would be right, were said.</summary>
    public const int BadSetting = 2;

    /// <summary>The cluster declared it dead, or it was on the losing side of a split: to be started again by its restart policy.</summary>
    public const int Downed = 3;
}
