using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator;

/// <summary>
/// Blocks whose nodes shut down: the job is held as for a pause, a checkpoint is made there, the blocks are let go, and the job goes on from
/// that checkpoint where they start again. No step is lost, and nothing of it is in the journal but the checkpoint and the next lineage: a
/// coordinator that comes in between finds the job held, and does the same.
/// </summary>
public sealed partial class TrainingRun
{
    private bool _isMoving; // held, although it is not to rest
    private TimeSpan _releaseAt;
    private TimeSpan? _releasedAt;

    /// <summary>A block's node shuts down.</summary>
    public void OnBlockLeaving(BlockLeaving message, TimeSpan now)
    {
        _now = now;
        if (IsAtRest)
        {
            End(message.Block);
            return;
        }
        if (_term == 0 || _adopting || ViewOf(message.Block) is not { } view || message.Lineage > Lineage) return; // it says so again
        if (message.Lineage < Lineage || !_lineageComplete || view.Incarnation != message.Incarnation)
        {
            Release(message.Block, message.Lineage); // nothing that the job needs
            return;
        }
        if (!view.IsLeaving && !MustRest && !_isMoving)
            _effects.Publish(new JobWaiting(_job, $"a node shuts down: block {message.Block} moves"));
        view.IsLeaving = true;
        _isMoving = true;
        Reconcile();
    }

    private bool MustHold => MustRest || _isMoving;

    /// <summary>The job stands at a durable checkpoint: whoever leaves may go, and the others need not wait for ever.</summary>
    private void LetGo()
    {
        if (!Array.Exists(_blocks, view => view.IsLeaving))
        {
            _needsLineage = true; // a coordinator before this one held the job: it goes on from here
            return;
        }
        _releasedAt ??= _now;
        if (_now - _releasedAt >= _times.MoveWithin)
        {
            _needsLineage = true; // they are still where they were
            return;
        }
        if (_now < _releaseAt) return;
        _releaseAt = _now + _times.AskAgain;
        for (var block = 0; block < _blocks.Length; block++)
        {
            if (!_blocks[block].IsLeaving) continue;
            Release(block, Lineage);
            AskState(block); // whoever answers with another incarnation has moved
        }
    }

    private void EndMoves()
    {
        _isMoving = false;
        _releasedAt = null;
        foreach (var view in _blocks) view.IsLeaving = false;
    }

    private void Release(int block, long lineage) => _effects.ToBlock(new ReleaseBlock(_job, block, _term, lineage));
}
