using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Workers;

/// <summary>The one table of what a worker understands of a job that it has joined: its actor and the simulation hand messages over here.</summary>
public static class WorkerMessages
{
    /// <summary>Hands a message to its rule; false for one that is not the rule's.</summary>
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
