using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator.Lineages;

/// <summary>Where the blocks of a held job come to rest: for a pause, a cancel or a move.</summary>
internal sealed class Hold(
    RunContext context, BlockRoster blocks, LineageFate fate, Moves moves, EpochGate gate, Assignments assignments, CancelDeadline cancel)
{
    private long? _withheld; // the step whose weights block 0 withholds
    private TimeSpan _askAt;

    /// <summary>Whether the blocks cannot pass their current step.</summary>
    public bool IsFast => _withheld is not null || gate.BarrierEpoch is not null;

    /// <summary>Block 0 withholds the weights of a step.</summary>
    public void Hear(BlockHeld message)
    {
        _withheld = message.Step;
        if (!context.MustRest) moves.Begin(); // only a new lineage frees block 0
    }

    /// <summary>Where all blocks come to rest: the step that block 0 withholds, an unopened boundary, or, when no worker has computed for a while,
    /// their current step or the last checkpoint. Null while they still move.</summary>
    public long? RestingStep()
    {
        if (!blocks.IsComplete) return null;
        if ((_withheld ?? gate.BarrierStep) is { } step) return step;
        if (assignments.Current.Shares.Count > 0 || context.Now - assignments.IdleSince < cancel.IdleWait) return null;
        if (!context.MustRest || assignments.IsWithdrawn) return StandingStep();
        return context.History.Latest?.Step ?? (context.History.IsCancelled ? StandingStep() : 0);
    }

    /// <summary>A block is past the step where all were assumed to be: the job rests at a checkpoint instead.</summary>
    public void Misjudge(long step)
    {
        if (!moves.MustHold || RestingStep() != step) return;
        if (gate.Completed is not null || _withheld is not null) gate.Withdraw();
        else if (context.History.IsCancelled) assignments.WaitAgain(); // messages in flight moved them: they are asked again
        else fate.Replace();
    }

    /// <summary>Asks block 0 to withhold until it does, then releases leaving blocks.</summary>
    /// <param name="bestIsOnItsWay">Whether the best epoch's weights are not durable yet.</param>
    /// <returns>The step at which the pause takes effect; null while it does not.</returns>
    public long? Reconcile(bool bestIsOnItsWay)
    {
        if (!moves.MustHold) return null;
        if (!moves.HasReleased && StandApart())
        {
            fate.Replace(); // they meet at the last checkpoint, and can be released from there
            return null;
        }
        if (moves.HasReleased || (!context.MustRest && RestingStep() is { } here && context.HasCheckpoint(here)))
        {
            moves.LetGo(); // final: a job resting for lack of workers may get some meanwhile, and released blocks are gone
            return null;
        }
        if (RestingStep() is { } step)
            return context.MustRest && !context.History.IsCancelled && context.HasCheckpoint(step) && !bestIsOnItsWay ? step : null;
        if (context.Now >= _askAt)
        {
            _askAt = context.Now + context.Times.AskAgain;
            context.Effects.ToBlock(new HoldBlock(context.Job, 0, context.Term, context.Lineage));
        }
        return null;
    }

    /// <summary>
    /// The step where all blocks stand while no worker computes, as reported since: moving blocks are saved there, and no step is lost. Null until
    /// all have reported, and when their steps differ.
    /// </summary>
    private long? StandingStep() =>
        blocks.All(view => HasSpokenSinceIdle(view) && view.Last.Step == blocks.Views[0].Last.Step) ? blocks.Views[0].Last.Step : null;

    /// <summary>Whether blocks that must move are at different steps, with no worker available to align them.</summary>
    private bool StandApart() =>
        !context.MustRest && !IsFast && assignments.Current.Shares.Count == 0 && blocks.All(HasSpokenSinceIdle) && StandingStep() is null;

    private bool HasSpokenSinceIdle(BlockView view) =>
        view.Last.Lineage == context.Lineage && view.Last.At >= assignments.IdleSince + cancel.IdleWait;
}
