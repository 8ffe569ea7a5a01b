using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Workers;

/// <summary>The dispatch table of a worker for a job it has joined, shared by its actor and the simulation.</summary>
internal static class WorkerMessages
{
    /// <summary>Dispatches a message to its rule; false when the rule does not handle it.</summary>
    /// <param name="ledger">The rule.</param>
    /// <param name="message">A message to the worker.</param>
    /// <param name="now">The time.</param>
    public static bool TryTake(this WorkLedger ledger, IWorkerMessage message, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        switch (message)
        {
            // from blocks, on the hot path first
            case WeightsUpdated m: ledger.OnWeights(m, now); return true;
            case GetMissingNodes m: ledger.OnGetMissingNodes(m, now); return true;
            case GetMissingEvaluation m: ledger.OnGetMissingEvaluation(m); return true;

            // from the coordinator
            case AssignWorker m: ledger.OnAssign(m, now); return true;
            case AuditShard m: ledger.OnAuditShard(m, now); return true;
            case OpenWorkerEpoch m: ledger.OnOpenEpoch(m); return true;
            default: return false;
        }
    }
}
