using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Coordinator;

/// <summary>
/// One job's coordinator as a pure class. It journals each decision before any message follows (but see <see cref="UnwrittenEpochs"/>), and reconciles blocks and workers with what is
/// decided. It is not on the hot path: steps continue without it until the end of the epoch. Messages and time in, effects out; each message goes to
/// the concern that handles it.
/// </summary>
internal sealed class TrainingRun
{
    private readonly Concerns _concerns;
    private readonly RunContext _context;
    private readonly Reconciliation _reconciliation;

    /// <summary>Continues from a journal; an empty history waits for <see cref="StartJob"/>.</summary>
    /// <param name="job">The job.</param>
    /// <param name="history">The history recovered from the journal.</param>
    /// <param name="times">Waits.</param>
    /// <param name="effects">The surroundings.</param>
    public TrainingRun(JobId job, JobHistory history, CoordinatorTimes times, ICoordinatorEffects effects)
        : this(job, history, times, effects, new CheckpointOrder())
    {
    }

    internal TrainingRun(JobId job, JobHistory history, CoordinatorTimes times, ICoordinatorEffects effects, CheckpointOrder order)
    {
        _concerns = new Concerns(job, history, times, effects, order);
        _context = _concerns.Context;
        _reconciliation = new Reconciliation(_concerns);
    }

    /// <summary>The job as decided so far.</summary>
    public JobHistory History => _context.History;

    /// <summary>The job's plan; null before it was submitted.</summary>
    public EpochPlan? Plan => _context.Plan;

    /// <summary>The assignment in force.</summary>
    public Assignment Assignment => _concerns.Lineage.Assignments.Current;

    /// <summary>Workers that compute now; 0 while the job rests.</summary>
    public int AssignedWorkers => _concerns.IsAtRest ? 0 : Assignment.Shares.Count;

    /// <summary>The job's current status; the surroundings add where its blocks run.</summary>
    public JobStatus StatusAt(TimeSpan now) => new RunStatus(_concerns).At(now);

    /// <summary>Advances time; called every few tens of milliseconds.</summary>
    public void OnTick(TimeSpan now) => Always(now, () => { });

    /// <summary>A decision is durable.</summary>
    public void OnPersisted(JournalEvent journalEvent, TimeSpan now) => Always(now, () =>
    {
        _concerns.Persisting = null;
        var before = History.Checkpoints.ToList();
        History.Apply(journalEvent);
        _concerns.Parts.DeleteUnkept(before.Where(checkpoint => !checkpoint.IsGiven).SelectMany(checkpoint => checkpoint.Parts));
        _reconciliation.Carry(journalEvent);
    });

    /// <summary>The epochs of <see cref="ICoordinatorEffects.PersistEpochs"/> are durable.</summary>
    public void OnEpochsPersisted(TimeSpan now) => Always(now, () =>
    {
        _concerns.Persisting = null;
        _concerns.Unwritten.Written();
    });

    // ---- clients

    /// <summary>A client starts or resumes the job.</summary>
    public void OnStart(StartJob message, TimeSpan now) => Always(now, () =>
    {
        _concerns.Requests.Start(message);
        if (message.Options == History.Options && History.IsHeld && _concerns.PausedAt is { } rest) _context.Effects.Publish(new JobPaused(_context.Job, rest));
    });

    /// <summary>A client requests a pause.</summary>
    public void OnPause(TimeSpan now) => Always(now, () =>
    {
        _concerns.Requests.Pause();
        if (_concerns.PausedAt is { } rest) _context.Effects.Publish(new JobPaused(_context.Job, rest));
    });

    /// <summary>A client requests a cancel.</summary>
    public void OnCancel(TimeSpan now, StopReason? reason = null) => Always(now, () => _concerns.Requests.Cancel(reason));

    // ---- blocks

    /// <summary>A block reports its state. A new incarnation has lost the state of the known one.</summary>
    public void OnBlockState(BlockState message, TimeSpan now)
    {
        if (_concerns.Lineage.Blocks.IsBeyond(message.Block)) _context.End(message.Block);
        else UnlessAtRest(message.Block, now, lineage => lineage.Hear(message));
    }

    /// <summary>A block could not read its part of the checkpoint: the previous one is used.</summary>
    public void OnBlockLoadFailed(BlockLoadFailed message, TimeSpan now) => When(now, lineage => !_concerns.IsAtRest && lineage.Hear(message));

    /// <summary>A block's last message before an exception ends it: the lineage is lost.</summary>
    public void OnBlockFailed(BlockFailed message, TimeSpan now) => When(now, lineage => !_concerns.IsAtRest && lineage.Failures.Hear(message));

    /// <summary>A block's node shuts down.</summary>
    public void OnBlockLeaving(BlockLeaving message, TimeSpan now) => UnlessAtRest(message.Block, now, lineage => lineage.Moves.Hear(message));

    /// <summary>A block acknowledged the assignment.</summary>
    public void OnBlockAssigned(BlockAssigned message, TimeSpan now) => When(now, lineage => lineage.Hear(message));

    /// <summary>Block 0 withholds the weights of a step.</summary>
    public void OnBlockHeld(BlockHeld message, TimeSpan now) => UnlessAtRest(0, now, lineage => lineage.Hear(message));

    /// <summary>A block reports its step timings.</summary>
    public void OnBlockMeasured(BlockMeasured message) => _concerns.Lineage.Hear(message);

    /// <summary>A block has copied its state.</summary>
    public void OnCheckpointOpened(CheckpointOpened message, TimeSpan now) => When(now, lineage => lineage.Checkpoints.Hear(message));

    /// <summary>A block was past the step: the attempt is abandoned, and a later step is named.</summary>
    public void OnCheckpointTooLate(CheckpointTooLate message, TimeSpan now) => When(now, lineage => lineage.Checkpoints.Hear(message));

    /// <summary>A block's parts are durable.</summary>
    public void OnSnapshotSaved(SnapshotSaved message, TimeSpan now) => UnlessAtRest(message.Block, now, lineage => lineage.Checkpoints.Hear(message));

    /// <summary>Storing is failing for now.</summary>
    public void OnSnapshotDelayed(SnapshotDelayed message)
    {
        if (message.Lineage != _context.Lineage) return;
        _concerns.Parts.Trouble = message.Reason;
        _context.Effects.Publish(new JobWaiting(_context.Job, $"the store does not take snapshots: {message.Reason}"));
    }

    /// <summary>Block 0 reports progress.</summary>
    public void OnStepsProgressed(StepsProgressed message, TimeSpan now) => UnlessAtRest(0, now, lineage => lineage.Hear(message));

    /// <summary>An epoch's sums are complete.</summary>
    public void OnEpochCompleted(EpochCompleted message, TimeSpan now) =>
        UnlessAtRest(0, now, lineage => lineage.Gate.Hear(message, lineage.Progress.Last?.Step));

    /// <summary>Shards are late: they also go to other workers; the first result counts.</summary>
    public void OnStepLate(StepLate message, TimeSpan now) => UnlessAtRest(message.Block, now, lineage => lineage.Hear(message));

    /// <summary>As <see cref="OnStepLate"/>, for validation shards.</summary>
    public void OnEvaluationLate(EvaluationLate message, TimeSpan now) => UnlessAtRest(0, now, lineage => lineage.Hear(message));

    /// <summary>Workers disagree about a shard.</summary>
    public void OnAuditDisputed(AuditDisputed message, TimeSpan now) => UnlessAtRest(message.Block, now, lineage => lineage.Hear(message));

    /// <summary>A shard, a root or a weight was not finite: the job fails at its last good checkpoint.</summary>
    public void OnDiverged(TrainingDiverged message, TimeSpan now) => When(now, _ =>
    {
        if (!_concerns.IsAtRest) _concerns.Ending.Hear(message);
        else for (var block = 0; block < (History.Lineage?.Blocks ?? 0); block++) _context.End(block);
        return !_concerns.IsAtRest;
    });

    // ---- workers

    /// <summary>A worker is available.</summary>
    public void OnWorkerUp(WorkerId worker, TimeSpan now) => Always(now, () => _concerns.Crew.Add(worker));

    /// <summary>A worker is ready.</summary>
    public void OnWorkerReady(WorkerReady message, TimeSpan now) => When(now, _ =>
    {
        var member = _concerns.Crew.Find(message.Worker); // null: it has left meanwhile
        var mayWork = member is { IsExcluded: false } && !_concerns.IsAtRest;
        if (mayWork) _concerns.Crew.MakeReady(member!, message.Lineage);
        else if (member is not null || _concerns.IsAtRest) _context.Leave(message.Worker);
        return mayWork;
    });

    /// <summary>A worker cannot take part.</summary>
    public void OnWorkerRefused(WorkerRefused message, TimeSpan now) => Always(now, () => _concerns.Crew.Refuse(message.Worker, message.Reason));

    /// <summary>A worker is gone: others compute its shards.</summary>
    public void OnWorkerLeft(WorkerId worker, TimeSpan now) => Always(now, () => _concerns.Crew.Remove(worker));

    /// <summary>
    /// A worker's work ended in an exception: others compute its shards. It counts once all assigned workers have thrown since the last step.
    /// </summary>
    public void OnWorkerFailed(WorkerFailed message, TimeSpan now) => When(now, lineage => lineage.Failures.Hear(message, _concerns.IsAtRest));

    /// <summary>A worker acknowledged the assignment.</summary>
    public void OnWorkerAssigned(WorkerAssigned message, TimeSpan now) => When(now, lineage => lineage.Hear(message));

    /// <summary>A worker reports its speed.</summary>
    public void OnWorkerMeasured(WorkerMeasured message, TimeSpan now)
    {
        _context.Now = now;
        if (!_concerns.IsAtRest) _concerns.Crew.Measure(message);
    }

    private void Always(TimeSpan now, Action hear)
    {
        _context.Now = now;
        hear();
        _reconciliation.Run();
    }

    private void When(TimeSpan now, Func<LineageState, bool> changes)
    {
        _context.Now = now;
        if (changes(_concerns.Lineage)) _reconciliation.Run();
    }

    /// <summary>A block that refers to a finished or resting job has missed its end: it is ended.</summary>
    private void UnlessAtRest(int block, TimeSpan now, Func<LineageState, bool> changes) => When(now, lineage =>
    {
        if (!_concerns.IsAtRest) return changes(lineage);
        _context.End(block);
        return false;
    });
}
