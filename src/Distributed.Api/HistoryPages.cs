namespace Distributed.Api;

/// <summary>Bounds of the pages in which a job's epochs and log are asked for.</summary>
public static class HistoryPages
{
    /// <summary>The most of one page.</summary>
    public const int LongestPage = 10_000;

    /// <summary>A page without a <c>limit</c>.</summary>
    public const int DefaultPage = 1_000;
}
