namespace Distributed.Protocol.ParameterBlocks;

/// <summary>Waits of a <see cref="ParameterBlock"/>.</summary>
internal sealed record BlockTimes
{
    /// <summary>Delay before a fact that needs an answer is repeated.</summary>
    public TimeSpan ReportAgain { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Delay before missing nodes are requested; doubles each time up to <see cref="AskAtMost"/>.</summary>
    public TimeSpan AskAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest delay between two such requests.</summary>
    public TimeSpan AskAtMost { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Shards are never late before this time.</summary>
    public TimeSpan LateAfter { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Shards are late after this many usual steps.</summary>
    public int LateSteps { get; init; } = 4;

    /// <summary>Shards of a lineage's first step, when no usual step time is known, are late after this time.</summary>
    public TimeSpan FirstStepLateAfter { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Minimum interval between progress reports.</summary>
    public TimeSpan ProgressEvery { get; init; } = TimeSpan.FromMilliseconds(100);
}
