using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Verification;

namespace Distributed.Protocol.Coordinator;

/// <summary>Lineages: all blocks load the same checkpoint; a block that loses its memory takes all of them back.</summary>
public sealed partial class TrainingRun
{
    /// <summary>What the coordinator knows of a block.</summary>
    private sealed class BlockView
    {
        public bool Known; // has answered this coordinator
        public long Incarnation;
        public long Asked; // the last query that it was sent
        public long Answered; // the last query that it has answered
        public long Lineage;
        public long Step; // as it last said
        public long AcknowledgedNumber;
        public long Told; // the lineage that this incarnation was told to load
        public TimeSpan AskAt;
        public TimeSpan PingAt;
        public TimeSpan AnsweredAt; // the last time
        public bool IsLeaving; // its node shuts down
        public StepTiming? Update; // for people alone
        public StepTiming? Wait;
        public long? Copied; // the step of an open checkpoint that it has copied, as far as it said

        public void Succeed(long incarnation)
        {
            Incarnation = incarnation;
            Lineage = Told = Step = 0;
            AskAt = TimeSpan.Zero;
        }

        /// <summary>It has ended and said so: whoever answers next is the block, and has lost nothing once more.</summary>
        public void Forget()
        {
            Succeed(0);
            Known = false;
        }
    }

    private BlockView[] _blocks = [];
    private bool _adopting = true; // until this coordinator has seen the journal's lineage loaded everywhere, or started its own
    private bool _lineageComplete; // all blocks have loaded it at some time: one without state has lost it since
    private bool _needsLineage;
    private string? _lostReason;
    private int _toldOpen = -1; // the last epoch that anybody was told to be open
    private long _unreadableFrom = long.MaxValue; // checkpoints from this step on could not be read

    /// <summary>A block says where it is. Another incarnation than the known one has lost what that one had.</summary>
    public void OnBlockState(BlockState message, TimeSpan now)
    {
        _now = now;
        if (IsAtRest || (_blocks.Length > 0 && message.Block >= _blocks.Length))
        {
            End(message.Block);
            return;
        }
        if (_term == 0 || message.Lineage > Lineage || ViewOf(message.Block) is not { } view) return;
        var isAnswer = message.Term == _term && message.Query > view.Answered;
        if (!view.Known || message.Incarnation != view.Incarnation)
        {
            if (!isAnswer)
            {
                view.PingAt = TimeSpan.Zero; // the past speaks, or a block that was just started: whoever answers next is the block
                return;
            }
            var wasTold = _lineageComplete || view.Told == Lineage;
            var hasMoved = _releasedAt is not null && view.IsLeaving;
            view.Succeed(message.Incarnation);
            if (hasMoved) view.IsLeaving = false; // once all have, the next lineage begins
            else if (wasTold && !Sabotage.Makes(Bug.IgnoreLostMemory)) LoseBlock(message.Block);
        }
        view.Known = true;
        view.Lineage = Math.Max(view.Lineage, message.Lineage);
        if (message.Lineage == view.Lineage) view.Step = message.Step;
        if (isAnswer) (view.Answered, view.AnsweredAt, view.Copied) = (message.Query, now, message.Copied);
        if (_lineageComplete && message.Lineage == Lineage && _plan!.IsBoundary(message.Step) && _plan.EpochOf(message.Step) <= OpenThrough)
            _effects.ToBlock(new OpenBlockEpoch(_job, message.Block, _term, Lineage, TellOpen()));
        Reconcile();
    }

    private void LoseBlock(int block)
    {
        _lostReason ??= $"block {block} lost its memory";
        if (Sabotage.Makes(Bug.CountLostNodesAsFailures)) NoteFailure(_lostReason, false);
    }

    /// <summary>A block could not read its part of the checkpoint: the one before is used.</summary>
    public void OnBlockLoadFailed(BlockLoadFailed message, TimeSpan now)
    {
        _now = now;
        if (IsAtRest || message.Lineage != Lineage || _history.Lineage?.CheckpointStep is not { } step) return;
        _unreadableFrom = Math.Min(_unreadableFrom, step);
        _lostReason = $"the checkpoint of step {step} cannot be read by block {message.Block}: {message.Reason}";
        Reconcile();
    }

    private BlockView? ViewOf(int block)
    {
        if (_blocks.Length == 0 && _plan is not null) _blocks = MakeViews(_history.Lineage?.Blocks ?? BlockCount);
        return block >= 0 && block < _blocks.Length ? _blocks[block] : null;
    }

    /// <summary>Blocks by the options; the layout may need fewer.</summary>
    private int BlockCount => new BlockLayout(ParameterCount, _history.Options.Blocks).Count;

    /// <summary>A new lineage where one is needed; null otherwise.</summary>
    private LineageStarted? NextLineage()
    {
        if (_history.Lineage is not { } lineage) return StartLineage(null);
        if (_lostReason is not null || IsReplaced) return StartLineage(_lostReason);
        if (_lineageComplete && LostBest() is { } end)
        {
            _unreadableFrom = Math.Min(_unreadableFrom, end + 1); // a checkpoint behind it does not lead back
            _lostReason = "the copy of the best epoch's weights was lost";
            return StartLineage(_lostReason);
        }
        if (_lineageComplete || _blocks.Length == 0) return null;
        // A new coordinator: the blocks that are there go on if all of them have the journal's lineage.
        if (_adopting && Array.TrueForAll(_blocks, view => view.Known) && !Array.TrueForAll(_blocks, view => view.Lineage == lineage.Lineage))
            return StartLineage("blocks lost their memory");
        return null;
    }

    private LineageStarted StartLineage(string? lost)
    {
        var from = _history.Checkpoints.LastOrDefault(checkpoint => checkpoint.Step < _unreadableFrom);
        return new LineageStarted(Lineage + 1, from?.Step, BlockCount, lost) { AuditShare = _history.Options.AuditShare };
    }

    private void BeginLineage(LineageStarted started)
    {
        if (started.Lineage > 1 && _lostReason is not null)
            _effects.Publish(new JobRewound(_job, started.CheckpointStep ?? 0, _lostReason));
        for (var block = started.Blocks; block < _blocks.Length; block++) End(block);
        if (_attempt is { } attempt) DeleteUnkept(attempt.StoredParts());
        var before = _blocks;
        _blocks = MakeViews(started.Blocks);
        Array.Copy(before, _blocks, Math.Min(before.Length, _blocks.Length));
        foreach (var view in _blocks) view.AskAt = TimeSpan.Zero;
        EndMoves();
        _failure = null;
        _thrown.Clear();
        _heardFailures.Clear();
        _isWithdrawn = false;
        _toldOpen = -1;
        _adopting = false;
        _lineageComplete = false;
        _audits.Clear();
        _lostReason = null;
        _needsLineage = false;
        _laterThan = 0;
        _unreadableFrom = long.MaxValue;
        _attempt = _kept = null;
        _undurableSince = null;
        _captured = -1;
        _completed = null;
        _heldStep = null;
        _progress = null;
        _committedAt = _now;
        _assignment = Assignment.None;
        _speakAt = TimeSpan.Zero;
        foreach (var member in _crew.Members.Values) member.AskAt = TimeSpan.Zero;
    }

    /// <summary>Asks or loads blocks; true once all of them have the lineage.</summary>
    private bool ReconcileBlocks()
    {
        ViewOf(0);
        if (_lineageComplete)
        {
            PingBlocks();
            return true;
        }
        if (Array.TrueForAll(_blocks, view => view.Known && view.Lineage == Lineage))
        {
            _lineageComplete = true;
            if (_adopting) AdoptAttempt();
            _adopting = false;
            _committedAt = _now;
            _idleSince = _now;
            Sweep();
            return true;
        }
        for (var block = 0; block < _blocks.Length; block++)
        {
            var view = _blocks[block];
            if (_now < view.AskAt || (view.Known && view.Lineage == Lineage)) continue;
            view.AskAt = _now + _times.AskAgain;
            if (_adopting || !view.Known)
            {
                AskState(block);
                continue;
            }
            view.Told = Lineage;
            _effects.ToBlock(new LoadBlock(
                _job, block, _term, ++view.Asked, view.Incarnation, Lineage, _blocks.Length, _history.Specification!, LineageCheckpoint(), TellOpen())
            { AuditShare = AuditShare });
        }
        return false;
    }

    /// <summary>A lost block may have nobody that talks to it; this starts it again, and it says that it has no state.</summary>
    private void PingBlocks()
    {
        for (var block = 0; block < _blocks.Length; block++)
        {
            if (_now < _blocks[block].PingAt) continue;
            _blocks[block].PingAt = _now + (_history.IsCancelled ? _times.AskAgain : _times.PingEvery);
            AskState(block);
        }
    }

    private void AskState(int block) => _effects.ToBlock(new GetBlockState(_job, block, _term, ++_blocks[block].Asked));

    /// <summary>A checkpoint that the coordinator before opened, and that all blocks copied, is committed by this one.</summary>
    private void AdoptAttempt()
    {
        if (_blocks[0].Copied is not { } step || HasCheckpoint(step) || !Array.TrueForAll(_blocks, view => view.Copied == step)) return;
        _attempt = NewAttempt(step);
        _attempt.WasKept = true; // perhaps
        for (var block = 0; block < _blocks.Length; block++) _attempt.Open(block);
        _captured = step;
    }

    private void End(int block) => _effects.ToBlock(new EndBlock(_job, block, Math.Max(_term, _history.Term), Lineage));

    private Checkpoint? LineageCheckpoint() =>
        _history.Lineage!.CheckpointStep is { } step ? _history.Checkpoints.First(checkpoint => checkpoint.Step == step) : null;

    /// <summary>The last epoch whose steps may be computed; a job that is to rest or is held stays at the boundary where it stands.</summary>
    private int OpenThrough
    {
        get
        {
            var through = _history.OpenThrough(_plan!, step => step == _captured);
            return MustHold && BarrierEpoch is { } epoch ? Math.Min(through, epoch) : through;
        }
    }

    /// <summary>The epoch at whose end all blocks stand; null when they do not, or when anybody may have been told that the next one is open: the
    /// word that it ended can come late.</summary>
    private int? BarrierEpoch => _completed is { } completed && completed.Epoch >= _toldOpen ? completed.Epoch : null;

    /// <summary>As <see cref="OpenThrough"/>, on its way to somebody: from here on blocks may pass the end of the epoch before.</summary>
    private int TellOpen()
    {
        var through = OpenThrough;
        _toldOpen = Math.Max(_toldOpen, through);
        return through;
    }

    private double AuditShare => _history.Lineage?.AuditShare ?? 0;

    private bool MustRest => _history.IsPaused || _history.IsCancelled;

    private static BlockView[] MakeViews(int count)
    {
        var views = new BlockView[count];
        for (var i = 0; i < count; i++) views[i] = new BlockView();
        return views;
    }
}
