using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator.Lineages;

/// <summary>
/// Blocks whose nodes shut down: the job is held as for a pause, a checkpoint is made there, the blocks are let go, and the job goes on from
/// that checkpoint where they start again. No step is lost, and the journal holds nothing of it but the checkpoint and the next lineage: a
/// coordinator that comes in between finds the job held, and does the same.
/// </summary>
internal sealed class Moves(RunContext context, BlockRoster blocks, LineageFate fate)
{
    private TimeSpan _releaseAt;
    private TimeSpan? _releasedAt;

    /// <summary>Whether the job is held although it is not to rest.</summary>
    public bool IsMoving { get; private set; }

    /// <summary>Whether blocks were let go, for good.</summary>
    public bool HasReleased => _releasedAt is not null;

    /// <summary>Whether the job is to stand: to rest, or for a move.</summary>
    public bool MustHold => context.MustRest || IsMoving;

    /// <summary>The job is held: block 0 goes on in a new lineage alone.</summary>
    public void Begin() => IsMoving = true;

    /// <summary>A block's node shuts down. False when nothing of the job changes.</summary>
    public bool Hear(BlockLeaving message)
    {
        // It says so again.
        if (context.Term == 0 || blocks.IsAdopting || blocks.Find(message.Block) is not { } view || message.Lineage > context.Lineage) return false;
        if (message.Lineage < context.Lineage || !blocks.IsComplete || view.Incarnation != message.Incarnation)
        {
            Release(message.Block, message.Lineage); // the job needs nothing of it
            return false;
        }
        if (!view.IsLeaving && !MustHold) context.Effects.Publish(new JobWaiting(context.Job, $"a node shuts down: block {message.Block} moves"));
        view.IsLeaving = true;
        IsMoving = true;
        return true;
    }

    /// <summary>The job stands at a durable checkpoint: blocks that leave may go, and the others wait for them within a bound.</summary>
    public void LetGo()
    {
        if (!blocks.Any(view => view.IsLeaving))
        {
            fate.Replace(); // a coordinator before this one held the job: it goes on from here
            return;
        }
        _releasedAt ??= context.Now;
        if (context.Now - _releasedAt >= context.Times.MoveWithin)
        {
            fate.Replace(); // they are still where they were
            return;
        }
        if (context.Now < _releaseAt) return;
        _releaseAt = context.Now + context.Times.AskAgain;
        for (var block = 0; block < blocks.Count; block++)
        {
            if (!blocks.Views[block].IsLeaving) continue;
            Release(block, context.Lineage);
            blocks.Ask(block); // one that answers with another incarnation has moved
        }
    }

    private void Release(int block, long lineage) => context.Effects.ToBlock(new ReleaseBlock(context.Job, block, context.Term, lineage));
}
