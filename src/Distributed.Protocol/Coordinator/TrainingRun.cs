using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Snapshots;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Verification;

namespace Distributed.Protocol.Coordinator;

/// <summary>
/// The rule of one job's coordinator: it decides, in its journal before anyone hears of it, and reconciles blocks and workers with what was
/// decided. It is not on the hot path: steps go on without it until the end of the epoch. Messages and the time in, effects out.
/// </summary>
public sealed partial class TrainingRun
{
    private readonly JobId _job;
    private readonly CoordinatorTimes _times;
    private readonly ICoordinatorEffects _effects;
    private readonly JobHistory _history;
    private readonly Crew _crew = new();

    private TimeSpan _now;
    private JournalEvent? _persisting;
    private StartJob? _submission; // not in the journal yet
    private EpochPlan? _plan;
    private int _commitsSinceSweep;
    private long _term; // 0 until this coordinator's own term is durable

    /// <summary>Goes on from a journal; an empty history waits for <see cref="StartJob"/>.</summary>
    /// <param name="job">The job.</param>
    /// <param name="history">What the journal told.</param>
    /// <param name="times">Waits.</param>
    /// <param name="effects">The surroundings.</param>
    public TrainingRun(JobId job, JobHistory history, CoordinatorTimes times, ICoordinatorEffects effects)
    {
        _job = job;
        _history = history;
        _times = times;
        _effects = effects;
        if (history.Specification is not { } specification) return;
        _plan = new EpochPlan(specification);
        _toldOpen = history.OpenThrough(_plan, _ => true); // by the coordinator before
    }

    /// <summary>The job as decided so far.</summary>
    public JobHistory History => _history;

    /// <summary>The job's plan; null before it was submitted.</summary>
    public EpochPlan? Plan => _plan;

    /// <summary>The assignment in force.</summary>
    public Assignment Assignment => _assignment;

    private long Lineage => _history.Lineage?.Lineage ?? 0;

    private bool IsOver => _history.End is not null;

    /// <summary>A client starts the job, or goes on with it.</summary>
    public void OnStart(StartJob message, TimeSpan now)
    {
        _now = now;
        _submission = message;
        _pauseWanted = false;
        Reconcile();
    }

    /// <summary>A client wants a pause.</summary>
    public void OnPause(TimeSpan now)
    {
        _now = now;
        _pauseWanted = true;
        if (_pausedAt is { } rest) _effects.Publish(new JobPaused(_job, rest));
        Reconcile();
    }

    /// <summary>A client wants the end.</summary>
    public void OnCancel(TimeSpan now)
    {
        _now = now;
        _cancelWanted = true;
        Reconcile();
    }

    /// <summary>A decision is durable.</summary>
    public void OnPersisted(JournalEvent journalEvent, TimeSpan now)
    {
        _now = now;
        _persisting = null;
        var before = _history.Checkpoints.ToList();
        _history.Apply(journalEvent);
        DeleteUnkept(before.Where(checkpoint => !checkpoint.IsGiven).SelectMany(checkpoint => checkpoint.Parts));
        Carry(journalEvent);
        Reconcile();
    }

    /// <summary>Time passes; called every few tens of milliseconds.</summary>
    public void OnTick(TimeSpan now)
    {
        _now = now;
        Reconcile();
    }

    /// <summary>What follows from a decision at once; everything else follows in <see cref="Reconcile"/>.</summary>
    private void Carry(JournalEvent journalEvent)
    {
        switch (journalEvent)
        {
            case JobSubmitted submitted:
                _plan = new EpochPlan(submitted.Specification);
                break;
            case TermStarted started:
                _term = started.Term;
                break;
            case PauseChanged { Paused: false }:
                _pausedAt = null;
                _needsLineage = true; // block 0 withholds weights: all load the checkpoint where they rest
                break;
            case LineageStarted started:
                BeginLineage(started);
                break;
            case TrainingBegan began:
                PublishStart(began.Workers);
                break;
            case WorkerExcluded excluded:
                Exclude(excluded);
                break;
            case AttemptFailed failed:
                _failure = null;
                _effects.Publish(new JobWaiting(_job, $"{failed.Cause} (attempt {_history.Failures.Count} of {JobHistory.MaximumFailures})"));
                break;
            case EpochDecided decided:
                _effects.Publish(new EpochEnded(_job, _plan!.BoundaryAfter(decided.Epoch), decided));
                break;
            case CheckpointCommitted committed:
                CloseAttempt(isCommitted: true);
                _committedAt = _now;
                _storeTrouble = null;
                if (++_commitsSinceSweep >= _times.SweepAfter) Sweep();
                _effects.Publish(new CheckpointSaved(_job, committed.Checkpoint.Step));
                break;
            case JobEnded ended:
                EndAll();
                Sweep();
                _effects.Publish(new JobFinished(_job, ended));
                _effects.Finish();
                break;
        }
    }

    /// <summary>
    /// Compares what was decided with what blocks and workers say, and does the next thing that is missing. Idempotent: it may be called at
    /// any time, and everything that it sends may be sent again.
    /// </summary>
    private void Reconcile()
    {
        if (IsOver)
        {
            AnswerAfterEnd();
            return;
        }
        if (_history.IsCancelled) _cancelledAt ??= _now;
        if (_persisting is null && NextDecision() is { } decision)
        {
            _persisting = decision;
            _persistingSince = _now;
            _effects.Persist(decision); // nobody hears of it before it is durable
            if (Sabotage.Makes(Bug.ActBeforeTheJournal)) Carry(decision);
        }
        if (_plan is null || _term == 0 || _history.Lineage is null || _pausedAt is not null) return;
        if (_lostReason is not null || _needsLineage) return; // this lineage is over, the next one not yet in the journal
        if (!ReconcileBlocks()) return;
        ReconcileAssignment();
        ReconcileAudit();
        if (_persisting is not null) return;
        ReconcileCheckpoint();
        ReconcileHold();
    }

    /// <summary>The next event that belongs into the journal; null when nothing is to be decided.</summary>
    private JournalEvent? NextDecision()
    {
        if (_history.Specification is null)
            return _submission is { } first ? new JobSubmitted(first.Specification, first.Options, first.Initial) : null;
        if (_submission is { } start)
        {
            if (start.Options != _history.Options) return new RunOptionsChanged(start.Options);
            if (_history.IsPaused) return new PauseChanged(false);
            _submission = null;
        }
        if (_term == 0) return new TermStarted(_history.Term + 1);
        if (_divergence is { } divergence && !BestIsOnItsWay) return new JobEnded(JobOutcome.Failed, divergence.Step, null, DivergenceAdvice(divergence));
        if (_cancelWanted && !_history.IsCancelled) return new CancelRequested();
        if (GiveUp() is { } failed) return failed;
        if (_pauseWanted && !_history.IsPaused) return new PauseChanged(true);
        if (_pausedAt is { } rest)
            return _history.IsCancelled ? new JobEnded(JobOutcome.Cancelled, rest, StopReason.Cancelled, null) : null;
        if (_failure is { } failure && !_history.IsCancelled) return failure;
        if (DecideAudit() is { } excluded) return excluded;
        if (NextLineage() is { } lineage) return RestInsteadOf(lineage) ?? (_pausedAt is null ? lineage : (JournalEvent?)null);
        if (_firstWorkers is { } workers && !_history.HasBegun) return new TrainingBegan(workers);
        if (_completed is { } completed && (completed.Epoch == _history.Decisions.Count || Sabotage.Makes(Bug.DecideAnEpochAgain)))
            return DecideEpoch(completed);
        if (_attempt is { IsDurable: true } attempt)
            return new CheckpointCommitted(new Checkpoint(attempt.Step, Lineage, attempt.StoredParts(), attempt.Totals, ParameterCount));
        if ((NextEnd() ?? EndOverdueCancel()) is { } end) return end;
        return _history.EventsSinceSummary >= Math.Max(_times.SummarizeAfter, _history.Decisions.Count) ? _history.Summarize() : null;
    }

    private EpochDecided DecideEpoch(EpochCompleted completed)
    {
        var specification = _history.Specification!;
        return specification.Stop.Decide(
            completed.Epoch, specification.Epochs,
            EpochMetricsFrom(specification, completed.Training, completed.Validation), _history.Decisions);
    }

    /// <summary>The means that an epoch's sums come to.</summary>
    private static EpochMetrics EpochMetricsFrom(JobSpecification specification, ShardMetrics training, ShardMetrics? validation)
    {
        var classifier = specification.Network.Output == OutputKind.Softmax;
        return new EpochMetrics
        {
            TrainLoss = training.MeanLoss,
            TrainAccuracy = classifier ? training.Accuracy : null,
            ValidationLoss = validation?.MeanLoss,
            ValidationAccuracy = classifier ? validation?.Accuracy : null,
            ValidationMae = classifier ? null : validation?.MeanAbsoluteError,
            ValidationR2 = classifier ? null : validation?.RSquared,
        };
    }

    /// <summary>The end, once its checkpoint is durable.</summary>
    private JobEnded? NextEnd()
    {
        if (_history.Decisions is [.., { Stop: { } reason } last] && _plan!.BoundaryAfter(last.Epoch) is var end && HasCheckpoint(end))
            return new JobEnded(JobOutcome.Completed, end, reason, null);
        if (_history.IsCancelled && !BestIsOnItsWay && RestingStep() is { } step && HasCheckpoint(step))
            return new JobEnded(JobOutcome.Cancelled, step, StopReason.Cancelled, null);
        return null;
    }

    /// <summary>
    /// What stands in the way of a lineage: given weights that cannot be read, or that the job is to rest anyway, which it does at its last
    /// checkpoint, without loading it. Null when nothing does.
    /// </summary>
    private JobEnded? RestInsteadOf(LineageStarted lineage)
    {
        if (lineage.CheckpointStep is null && _history.Specification!.Initial is { } initial)
            return new JobEnded(JobOutcome.Failed, 0, null, $"the weights to begin with ({initial.Origin}) cannot be read: {_lostReason}");
        if (!MustRest || _unreadableFrom != long.MaxValue) return null;
        if (_history.IsCancelled) return CancelledAtLast();
        if (_history.Latest is not { } latest) return null;
        Rest(latest.Step);
        return null;
    }

    /// <summary>Deletes those of some parts that no kept checkpoint names.</summary>
    private void DeleteUnkept(IEnumerable<SnapshotPart> parts)
    {
        var unkept = parts.Except(_history.Checkpoints.SkipLast(Sabotage.Makes(Bug.DeleteKeptParts) ? 1 : 0).SelectMany(checkpoint => checkpoint.Parts)).ToList();
        if (unkept.Count > 0) _effects.DeleteParts(unkept);
    }

    /// <summary>Looks for parts that nobody names: of blocks that died before they told, of deletions that failed.</summary>
    private void Sweep()
    {
        _commitsSinceSweep = 0;
        _effects.SweepParts(new PartsSweep(_job, Lineage, IsOver ? long.MaxValue : _history.Latest?.Step ?? 0,
            _history.Checkpoints.SkipLast(Sabotage.Makes(Bug.SweepKeptParts) ? 2 : 0)));
    }

    private bool HasCheckpoint(long step) => _history.Checkpoints.Any(checkpoint => checkpoint.Step == step);

    private int ParameterCount => new Network(_history.Specification!.Network).Layout.Count;

    private static string DivergenceAdvice(TrainingDiverged divergence)
    {
        var what = divergence.Shard is { } shard
            ? $"the loss or gradient of step {divergence.Step}, shard {shard} is not finite"
            : $"a weight after step {divergence.Step} is not finite";
        return $"{what}: try a lower learning rate or gradient clipping, and check that numeric columns are standardised";
    }
}
