namespace Distributed.Protocol.Verification;

/// <summary>
/// One deliberate bug at a time, on the calling thread alone: the simulator's tests set it to show that the simulator would find such a bug.
/// Nothing else can: it is internal, and off without them.
/// </summary>
internal static class Sabotage
{
    [ThreadStatic]
    private static Bug _active;

    /// <summary>Whether a bug is to be made.</summary>
    public static bool Makes(Bug bug) => _active == bug;

    /// <summary>Makes a bug until the result is disposed of.</summary>
    public static IDisposable Begin(Bug bug)
    {
        _active = bug;
        return new Scope();
    }

    private sealed class Scope : IDisposable
    {
        public void Dispose() => _active = Bug.None;
    }
}

/// <summary>The bugs that can be made.</summary>
internal enum Bug
{
    None,

    /// <summary>A checkpoint is committed before its last block is durable.</summary>
    CommitBeforeTheLastBlock,

    /// <summary>Epochs open before they are decided upon.</summary>
    SkipTheGateAtTheEpochsEnd,

    /// <summary>A decided epoch that is computed again after a rewind is decided again.</summary>
    DecideAnEpochAgain,

    /// <summary>A block that lost its memory is not noticed.</summary>
    IgnoreLostMemory,

    /// <summary>Parts are deleted although a kept checkpoint names them.</summary>
    DeleteKeptParts,

    /// <summary>Messages follow from decisions that are not durable yet.</summary>
    ActBeforeTheJournal,

    /// <summary>A summary of the journal leaves the newest checkpoint out.</summary>
    SummarizeWithoutTheLatest,

    /// <summary>A checkpoint of a later step is committed while the best epoch's weights are in memory alone.</summary>
    CommitBeforeTheKeptBest,

    /// <summary>A sweep takes parts of kept checkpoints too.</summary>
    SweepKeptParts,

    /// <summary>A block that is lost with its node counts as a failed attempt.</summary>
    CountLostNodesAsFailures,

    /// <summary>Failed attempts are counted on over a committed checkpoint.</summary>
    RememberFailuresOverACommit,
}
