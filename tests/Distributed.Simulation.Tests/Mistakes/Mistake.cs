namespace Distributed.Simulation.Tests.Mistakes;

/// <summary>
/// A deliberate mistake in a simulated world: its seats substitute a wrong rule, or a wrong message, for the correct one. The shipped rules know none
/// of this.
/// </summary>
internal enum Mistake
{
    /// <summary>A duplicated node is added twice.</summary>
    CountAGradientTwice,

    /// <summary>A tree counts as complete without its last shard.</summary>
    ApplyWithoutTheLastShard,

    /// <summary>Blocks sum neighbouring nodes as they meet, whether they are siblings or not.</summary>
    SumInAnotherOrder,

    /// <summary>Blocks accept gradients of any lineage.</summary>
    ForgetTheLineageOfGradients,

    /// <summary>Blocks accept gradients that no worker of an assignment sent.</summary>
    TakeGradientsOfStrangers,

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

    /// <summary>Epochs open before they are decided.</summary>
    SkipTheGateAtTheEpochsEnd,

    /// <summary>An epoch that is computed again after a rewind is decided again.</summary>
    DecideAnEpochAgain,

    /// <summary>A worker forgets its nodes once the first block has applied them.</summary>
    ReleaseNodesEarly,

    /// <summary>Blocks keep one version only.</summary>
    ForgetThePreviousVersion,

    /// <summary>Withheld weights are given to any worker that requests them.</summary>
    HandOutWithheldWeights,

    /// <summary>A block that lost its memory is not noticed.</summary>
    IgnoreLostMemory,

    /// <summary>Parts are deleted although a kept checkpoint names them.</summary>
    DeleteKeptParts,

    /// <summary>Messages follow from decisions that are not durable yet.</summary>
    ActBeforeTheJournal,

    /// <summary>An epoch that training has passed never gets into the journal.</summary>
    ForgetAnEpochThatWentAhead,

    /// <summary>A coordinator goes on with blocks that are beyond an epoch which its journal does not have.</summary>
    IgnoreStepsBeyondTheJournal,

    /// <summary>A summary of the journal omits the newest checkpoint.</summary>
    SummarizeWithoutTheLatest,

    /// <summary>A checkpoint of a later step is committed while the best epoch's weights are in memory only.</summary>
    CommitBeforeTheKeptBest,

    /// <summary>The best epoch's weights are copied when they are stored instead of at the epoch's end.</summary>
    CopyTheBestWhenItIsStored,

    /// <summary>A sweep also deletes parts of kept checkpoints.</summary>
    SweepKeptParts,

    /// <summary>A step is applied before the audits of its shards are in, or against them.</summary>
    ApplyBeforeTheAudit,

    /// <summary>A claim repeated by one worker counts as two.</summary>
    CountAClaimTwice,

    /// <summary>The worker that agrees with others is excluded instead of the one that does not.</summary>
    ExcludeTheWrongWorker,

    /// <summary>A block lost with its node counts as a failed attempt.</summary>
    CountLostNodesAsFailures,

    /// <summary>Failed attempts keep counting across a committed checkpoint.</summary>
    RememberFailuresOverACommit,

    /// <summary>A worker sums neighbouring shards as they finish, whether they are siblings or not.</summary>
    SumShardsAsTheyFinish,

    /// <summary>A block goes on while a stride does: past a new assignment, a hold, a checkpoint.</summary>
    GoOnDuringAStride,

    /// <summary>A block takes back in one lineage what a stride of an earlier one did.</summary>
    ForgetTheLineageOfStrides,

    /// <summary>A stride passes an epoch's end or a checkpoint.</summary>
    StrideBeyondTheLimit,
}
