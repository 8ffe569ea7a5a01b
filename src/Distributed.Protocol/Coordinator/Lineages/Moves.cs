using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator.Lineages;

/// <summary>
/// Moves blocks whose nodes shut down: the job is held as for a pause, a checkpoint is made, the blocks are released, and the job continues from that
/// checkpoint where they restart. No step is lost. The journal records only the checkpoint and the next lineage: a coordinator that takes over in
/// between finds the job held, and does the same.
/// </summary>
internal sealed class Moves(RunContext context, BlockRoster blocks, LineageFate fate)
{
    private TimeSpan _releaseAt;
    private TimeSpan? _releasedAt;

    /// <summary>Whether the job is held without having to rest.</summary>
    public bool IsMoving { get; private set; }

    /// <summary>Whether blocks were released, which is final.</summary>
    public bool HasReleased => _releasedAt is not null;

    /// <summary>Whether the job must stand still: to rest, or for a move.</summary>
    public bool MustHold => context.MustRest || IsMoving;

    /// <summary>The job is held: block 0 continues only in a new lineage.</summary>
    public void Begin() => IsMoving = true;

    /// <summary>A block's node shuts down. False when this changes nothing for the job.</summary>
    public bool Hear(BlockLeaving message)
    {
        // The block repeats this message.
        if (context.Term == 0 || blocks.IsAdopting || blocks.Find(message.Block) is not { } view || message.Lineage > context.Lineage) return false;
        if (message.Lineage < context.Lineage || !blocks.IsComplete || view.Incarnation != message.Incarnation)
        {
            Release(message.Block, message.Lineage); // the job does not need it
            return false;
        }
        if (!view.IsLeaving && !MustHold) context.Effects.Publish(new JobWaiting(context.Job, $"a node shuts down: block {message.Block} moves"));
        view.IsLeaving = true;
        IsMoving = true;
        return true;
    }

    /// <summary>The job is at a durable checkpoint: leaving blocks may go, and the others wait for them within a bound.</summary>
    public void LetGo()
    {
        if (!blocks.Any(view => view.IsLeaving))
        {
            fate.Replace(); // a previous coordinator held the job: it continues from here
            return;
        }
        _releasedAt ??= context.Now;
        if (context.Now - _releasedAt >= context.Times.MoveWithin)
        {
            fate.Replace(); // they have not moved
            return;
        }
        if (context.Now < _releaseAt) return;
        _releaseAt = context.Now + context.Times.AskAgain;
        for (var block = 0; block < blocks.Count; block++)
        {
            if (!blocks.Views[block].IsLeaving) continue;
            Release(block, context.Lineage);
            blocks.Ask(block); // a new incarnation in the answer means that it has moved
        }
    }

    private void Release(int block, long lineage) => context.Effects.ToBlock(new ReleaseBlock(context.Job, block, context.Term, lineage));
}
