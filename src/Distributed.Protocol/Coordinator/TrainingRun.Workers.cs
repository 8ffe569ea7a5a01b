using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Coordinator;

/// <summary>Workers come, go and are late: each change is a new assignment, never a rewind.</summary>
public sealed partial class TrainingRun
{
    private Assignment _assignment = Assignment.None;
    private long _assignmentCount;
    private TimeSpan _assignedAt;
    private TimeSpan _speakAt; // when a worker that has not answered is spoken to again
    private bool _announcedWaiting;
    private TimeSpan? _waitingSince;
    private bool _isUnderWay; // this coordinator has assigned somebody
    private int? _firstWorkers; // of its first assignment, which is the job's first unless the journal knows of an earlier one
    private bool _isMeasured; // somebody told its speed since the shares were last compared with the speeds
    private TimeSpan _replanAt;

    /// <summary>Workers that compute now; 0 while the job rests.</summary>
    public int AssignedWorkers => IsAtRest ? 0 : _assignment.Shares.Count;

    /// <summary>The surroundings know of a worker.</summary>
    public void OnWorkerUp(WorkerId worker, TimeSpan now)
    {
        _now = now;
        _crew.Add(worker, _history.ExclusionOf(worker)?.Reason);
        _speakAt = TimeSpan.Zero;
        Reconcile();
    }

    /// <summary>A worker is ready.</summary>
    public void OnWorkerReady(WorkerReady message, TimeSpan now)
    {
        _now = now;
        if (IsAtRest)
        {
            Leave(message.Worker);
            return;
        }
        if (_crew.Find(message.Worker) is not { } member) return; // gone in the meantime
        if (member.IsExcluded)
        {
            Leave(message.Worker);
            return;
        }
        _crew.MakeReady(member, message.Lineage);
        _speakAt = TimeSpan.Zero;
        Reconcile();
    }

    /// <summary>A worker cannot take part.</summary>
    public void OnWorkerRefused(WorkerRefused message, TimeSpan now)
    {
        _now = now;
        if (_crew.Find(message.Worker) is { IsExcluded: false } member) member.Refusal = message.Reason;
        Reconcile();
    }

    /// <summary>A worker is gone: others compute its shards.</summary>
    public void OnWorkerLeft(WorkerId worker, TimeSpan now)
    {
        _now = now;
        _crew.Remove(worker);
        Reconcile();
    }

    /// <summary>A worker took the assignment.</summary>
    public void OnWorkerAssigned(WorkerAssigned message, TimeSpan now)
    {
        _now = now;
        if (message.Lineage == Lineage && _crew.Find(message.Worker) is { } member) member.AcknowledgedNumber = message.Number;
    }

    /// <summary>A block took the assignment.</summary>
    public void OnBlockAssigned(BlockAssigned message, TimeSpan now)
    {
        _now = now;
        if (message.Lineage == Lineage && ViewOf(message.Block) is { } view) view.AcknowledgedNumber = message.Number;
    }

    /// <summary>Shards are late: they are handed to others too; whatever comes first counts.</summary>
    public void OnStepLate(StepLate message, TimeSpan now)
    {
        _now = now;
        if (IsAtRest)
        {
            End(message.Block);
            return;
        }
        if (message.Lineage != Lineage || _plan is null || message.Step >= _plan.TotalSteps) return;
        MakeOwnersLate(message.Missing, _plan.ShardCount(message.Step));
        foreach (var worker in message.Silent ?? [])
            if (_crew.Find(worker) is { } member) _crew.MakeLate(member, now + _times.LatePenalty);
        Reconcile();
    }

    /// <summary>As <see cref="OnStepLate"/>, for validation shards.</summary>
    public void OnEvaluationLate(EvaluationLate message, TimeSpan now)
    {
        _now = now;
        if (IsAtRest)
        {
            End(0);
            return;
        }
        if (message.Lineage != Lineage || _plan is null || message.Epoch < _history.Decisions.Count) return;
        MakeOwnersLate(message.Missing, _plan.EvaluationShardCount);
        Reconcile();
    }

    private void MakeOwnersLate(IReadOnlyList<IndexRange> missing, int leaves)
    {
        for (var i = 0; i < _assignment.Shares.Count; i++)
        {
            var run = _assignment.RunAt(i, leaves);
            if (missing.Any(gap => gap.First < run.End && run.First < gap.End) && _crew.Find(_assignment.Shares[i].Worker) is { } member)
                _crew.MakeLate(member, _now + _times.LatePenalty);
        }
    }

    /// <summary>A worker tells how fast it is.</summary>
    public void OnWorkerMeasured(WorkerMeasured message, TimeSpan now)
    {
        _now = now;
        if (IsAtRest || _crew.Find(message.Worker) is not { } member) return;
        if (!double.IsFinite(message.SamplesPerSecond) || message.SamplesPerSecond <= 0) return;
        Crew.Measure(member, message.SamplesPerSecond, now);
        (member.Compute, member.Wait) = (message.Compute, message.Wait);
        _isMeasured = true;
    }

    /// <summary>Shares follow the measured speeds when that is worth it, and not all the time.</summary>
    private bool MustReplan()
    {
        if (!_isMeasured || _now < _replanAt || _assignment.Shares.Count < 2 || _now - _assignedAt < _times.AskAgain) return false;
        _isMeasured = false; // until the next measurement there is nothing new to be seen
        _replanAt = _now + _times.ReplanEvery / 10;
        if (!_crew.Replan(_assignment, _plan!.ShardCount(0), _now, _times.SpeedStaleAfter)) return false;
        _replanAt = _now + _times.ReplanEvery;
        return true;
    }

    /// <summary>Workers that the job waits for. Those that were excluded came, and are not waited for again.</summary>
    private int LeastWorkers => Math.Max(1, _history.Options.MinimumWorkers - _history.Exclusions.Count);

    private void ReconcileAssignment()
    {
        if (MustWithdraw())
        {
            _isWithdrawn = true;
            if (_assignment.Shares.Count > 0) Assign([]);
        }
        else if (MustReassign() || MustReplan())
        {
            var enough = _crew.CountReady(Lineage) >= LeastWorkers;
            var shares = enough || _assignment.Shares.Count > 0 ? _crew.Shares(Lineage, _assignment.Number, _plan!.ShardCount(0), _now) : [];
            if (!shares.SequenceEqual(_assignment.Shares) || (_assignment.Number == 0 && shares.Count > 0)) Assign(shares);
        }
        AssignBlocks();
        SpeakToWorkers();
        if (_assignment.Shares.Count > 0)
        {
            _waitingSince = null;
            return;
        }
        _waitingSince ??= _now;
        if (!_announcedWaiting && _now - _waitingSince >= _times.SayWaitingAfter)
        {
            _announcedWaiting = true;
            _effects.Publish(new JobWaiting(_job, _crew.WaitingReason(LeastWorkers)));
        }
    }

    /// <summary>Whether the shares may be others now. Newcomers wait for each other a moment, so that a thousand do not make a thousand changes.</summary>
    private bool MustReassign() =>
        _assignment.Number == 0 || _crew.MayPardon(_now) || _crew.Pending == Crew.Change.SomebodyIsMissing ||
        (_crew.Pending == Crew.Change.SomebodyCame && _now - _assignedAt >= _times.AssignEvery);

    private void Assign(IReadOnlyList<WorkerShare> shares)
    {
        var before = _assignment.Shares.Count;
        _assignedAt = _now;
        _speakAt = TimeSpan.Zero;
        _assignment = new Assignment((_term << 32) + ++_assignmentCount, shares); // above every number of an earlier term
        foreach (var view in _blocks) view.AskAt = TimeSpan.Zero;
        foreach (var member in _crew.Members.Values) member.AskAt = TimeSpan.Zero;
        if (shares.Count == 0)
        {
            _idleSince = _now;
            return;
        }
        _announcedWaiting = false;
        if (!_isUnderWay)
        {
            _isUnderWay = true;
            if (_history.HasBegun) PublishStart(shares.Count);
            else _firstWorkers = shares.Count; // told once it is in the journal
        }
        else if (before != shares.Count) _effects.Publish(new WorkersChanged(_job, shares.Count));
    }

    private void PublishStart(int workers) =>
        _effects.Publish(new JobStarted(_job, _history.Lineage!.CheckpointStep ?? 0, _plan!.TotalSteps, _plan.StepsPerEpoch, workers));

    /// <summary>Sends the assignment to all blocks that have not acknowledged it, before workers hear of it: blocks must know whom to push to.</summary>
    private void AssignBlocks()
    {
        if (_assignment.Number == 0) return;
        for (var block = 0; block < _blocks.Length; block++)
        {
            var view = _blocks[block];
            if (view.AcknowledgedNumber == _assignment.Number || _now < view.AskAt) continue;
            view.AskAt = _now + _times.AskAgain;
            _effects.ToBlock(new AssignBlock(_job, block, _term, Lineage, _assignment, TellOpen()));
        }
    }

    /// <summary>Asks workers to join, and tells those that are ready the assignment, until they answer. Looks at them only when that is due.</summary>
    private void SpeakToWorkers()
    {
        if (_now < _speakAt) return;
        _speakAt = TimeSpan.MaxValue;
        foreach (var (worker, member) in _crew.Members)
        {
            var isReady = member.ReadyLineage == Lineage;
            if (member.IsExcluded) continue;
            if (isReady && (_assignment.Number == 0 || member.AcknowledgedNumber == _assignment.Number)) continue;
            if (_now >= member.AskAt)
            {
                member.AskAt = _now + _times.AskAgain;
                _effects.ToWorker(worker, isReady
                    ? new AssignWorker(_job, _term, Lineage, _assignment, TellOpen()) { AuditShare = AuditShare }
                    : new JoinJob(_job, _term, Lineage, _blocks.Length, _history.Specification!));
            }
            if (member.AskAt < _speakAt) _speakAt = member.AskAt;
        }
    }
}
