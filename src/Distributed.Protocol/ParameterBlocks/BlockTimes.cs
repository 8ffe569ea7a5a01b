namespace Distributed.Protocol.ParameterBlocks;

/// <summary>Waits of a <see cref="ParameterBlock"/>.</summary>
public sealed record BlockTimes
{
    /// <summary>A fact that calls for an answer is repeated after this long.</summary>
    public TimeSpan ReportAgain { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Missing nodes are asked for after this long, then after twice as long, and so on up to <see cref="AskAtMost"/>.</summary>
    public TimeSpan AskAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait between two such questions.</summary>
    public TimeSpan AskAtMost { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Shards are never late before this.</summary>
    public TimeSpan LateAfter { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Shards are late after so many usual steps.</summary>
    public int LateSteps { get; init; } = 4;

    /// <summary>Shards of the first step of a lineage, when no usual step is known, are late after this.</summary>
    public TimeSpan FirstStepLateAfter { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The shortest time between two progress reports.</summary>
    public TimeSpan ProgressEvery { get; init; } = TimeSpan.FromMilliseconds(100);
}
