namespace Distributed.Simulation.Tests.Mistakes;

/// <summary>
/// A deliberate mistake that a simulated world makes: its seats put a wrong rule, or a wrong message, in the place of the right one. The
/// shipped rules know none of this.
/// </summary>
internal enum Mistake
{
    /// <summary>A node that comes twice is added twice.</summary>
    CountAGradientTwice,

    /// <summary>A tree counts as complete although its last shard is missing.</summary>
    ApplyWithoutTheLastShard,

    /// <summary>Blocks sum neighbouring nodes as they meet, whether they are siblings or not.</summary>
    SumInAnotherOrder,

    /// <summary>Blocks accept gradients of any lineage.</summary>
    ForgetTheLineageOfGradients,

    /// <summary>Workers accept weights of older lineages.</summary>
    ForgetTheLineageOfWeights,

    /// <summary>Blocks accept gradients of any step.</summary>
    ForgetTheStepOfGradients,

    /// <summary>Blocks and workers obey coordinators of older terms.</summary>
    ForgetTheTerm,

    /// <summary>A checkpoint is committed before its last block is durable.</summary>
    CommitBeforeTheLastBlock,

    /// <summary>Any incarnation of a block loads a lineage.</summary>
    LoadTwice,

    /// <summary>A block loads weights without the optimizer's state.</summary>
    RestoreWithoutOptimizerState,

    /// <summary>A block loads a checkpoint without the epoch's running totals.</summary>
    RestoreWithoutTotals,

    /// <summary>Epochs open before they are decided upon.</summary>
    SkipTheGateAtTheEpochsEnd,

    /// <summary>A decided epoch that is computed again after a rewind is decided again.</summary>
    DecideAnEpochAgain,

    /// <summary>A worker forgets its nodes once the first block has applied them.</summary>
    ReleaseNodesEarly,

    /// <summary>Blocks keep one version only.</summary>
    ForgetThePreviousVersion,

    /// <summary>Withheld weights are given to any worker that asks.</summary>
    HandOutWithheldWeights,

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

    /// <summary>The best epoch's weights are copied when they are stored instead of at the epoch's end.</summary>
    CopyTheBestWhenItIsStored,

    /// <summary>A sweep deletes parts of kept checkpoints too.</summary>
    SweepKeptParts,

    /// <summary>A step is applied although the audits of its shards are not in, or deny what was counted.</summary>
    ApplyBeforeTheAudit,

    /// <summary>A claim that one worker makes twice counts as the claims of two.</summary>
    CountAClaimTwice,

    /// <summary>The worker that agrees with others is excluded, instead of the one that does not.</summary>
    ExcludeTheWrongWorker,

    /// <summary>A block that is lost with its node counts as a failed attempt.</summary>
    CountLostNodesAsFailures,

    /// <summary>Failed attempts are counted on over a committed checkpoint.</summary>
    RememberFailuresOverACommit,

    /// <summary>A worker sums neighbouring shards as they finish, whether they are siblings or not.</summary>
    SumShardsAsTheyFinish,
}
