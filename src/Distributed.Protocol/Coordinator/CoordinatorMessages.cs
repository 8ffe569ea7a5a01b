using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator;

/// <summary>The dispatch table of a job's coordinator, shared by its actor and the simulation.</summary>
internal static class CoordinatorMessages
{
    /// <summary>Dispatches a message to its rule; false when the rule does not handle it.</summary>
    /// <param name="run">The rule.</param>
    /// <param name="message">A message to the coordinator.</param>
    /// <param name="now">The time.</param>
    public static bool TryTake(this TrainingRun run, ICoordinatorMessage message, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(run);
        switch (message)
        {
            // from blocks
            case StepsProgressed m: run.OnStepsProgressed(m, now); return true;
            case BlockState m: run.OnBlockState(m, now); return true;
            case BlockLoadFailed m: run.OnBlockLoadFailed(m, now); return true;
            case BlockFailed m: run.OnBlockFailed(m, now); return true;
            case BlockAssigned m: run.OnBlockAssigned(m, now); return true;
            case CheckpointOpened m: run.OnCheckpointOpened(m, now); return true;
            case CheckpointTooLate m: run.OnCheckpointTooLate(m, now); return true;
            case SnapshotSaved m: run.OnSnapshotSaved(m, now); return true;
            case SnapshotDelayed m: run.OnSnapshotDelayed(m); return true;
            case BlockHeld m: run.OnBlockHeld(m, now); return true;
            case BlockLeaving m: run.OnBlockLeaving(m, now); return true;
            case BlockMeasured m: run.OnBlockMeasured(m); return true;
            case EpochCompleted m: run.OnEpochCompleted(m, now); return true;
            case StepLate m: run.OnStepLate(m, now); return true;
            case EvaluationLate m: run.OnEvaluationLate(m, now); return true;
            case AuditDisputed m: run.OnAuditDisputed(m, now); return true;
            case TrainingDiverged m: run.OnDiverged(m, now); return true;

            // from workers
            case WorkerReady m: run.OnWorkerReady(m, now); return true;
            case WorkerRefused m: run.OnWorkerRefused(m, now); return true;
            case WorkerAssigned m: run.OnWorkerAssigned(m, now); return true;
            case WorkerLeft m: run.OnWorkerLeft(m.Worker, now); return true;
            case WorkerFailed m: run.OnWorkerFailed(m, now); return true;
            case WorkerMeasured m: run.OnWorkerMeasured(m, now); return true;

            // from clients
            case StartJob m: run.OnStart(m, now); return true;
            case PauseJob: run.OnPause(now); return true;
            case CancelJob m: run.OnCancel(now, m.Reason); return true;
            default: return false;
        }
    }
}
