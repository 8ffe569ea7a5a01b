using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Coordinator.Crews;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Coordinator.Lineages;

/// <summary>Who computes: workers come, go and run late; each change is a new assignment, never a rewind.</summary>
internal sealed class Assignments(RunContext context, Crew crew, WorkerNews news, BlockRoster blocks, EpochGate gate)
{
    private TimeSpan _assignedAt;

    /// <summary>The assignment in force.</summary>
    public Assignment Current { get; private set; } = Assignment.None;

    /// <summary>Whether all work was withdrawn so that the blocks come to rest.</summary>
    public bool IsWithdrawn { get; private set; }

    /// <summary>Since when no worker has been assigned.</summary>
    public TimeSpan IdleSince { get; private set; }

    /// <summary>Blocks may have moved since no worker was assigned: they must report again before they are considered at rest.</summary>
    public void WaitAgain() => IdleSince = context.Now;

    /// <summary>Blocks report late leaves: their owners get no shards for a while.</summary>
    public void MakeOwnersLate(IReadOnlyList<IndexRange> missing, int leaves)
    {
        for (var i = 0; i < Current.Shares.Count; i++)
        {
            var run = Current.RunAt(i, leaves);
            if (missing.Any(gap => gap.First < run.End && run.First < gap.End)) crew.MakeLate(Current.Shares[i].Worker);
        }
    }

    /// <summary>Assigns work to ready workers, and repeats it to blocks and workers until acknowledged.</summary>
    /// <param name="mustWithdraw">Whether workers are too slow for the blocks to come to rest at a step's end.</param>
    public void Reconcile(bool mustWithdraw)
    {
        if (mustWithdraw)
        {
            IsWithdrawn = true;
            if (Current.Shares.Count > 0) Assign([]);
        }
        else if (MustReassign() || crew.Replan(Current, _assignedAt))
        {
            var shares = crew.HasEnough || Current.Shares.Count > 0 ? crew.Shares(Current.Number) : [];
            if (!shares.SequenceEqual(Current.Shares) || (Current.Number == 0 && shares.Count > 0)) Assign(shares);
        }
        AssignBlocks();
        SpeakToWorkers();
        if (Current.Shares.Count > 0) news.Working();
        else news.Waiting(crew);
    }

    /// <summary>Whether shares may change now. New workers are batched briefly, so that a thousand arrivals do not make a thousand changes.</summary>
    private bool MustReassign() =>
        Current.Number == 0 || crew.MayPardon || crew.Pending == Crew.Change.WorkerIsMissing ||
        (crew.Pending == Crew.Change.WorkerCame && context.Now - _assignedAt >= context.Times.AssignEvery);

    private void Assign(IReadOnlyList<WorkerShare> shares)
    {
        var before = Current.Shares.Count;
        _assignedAt = context.Now;
        Current = new Assignment(context.NextAssignment(), shares);
        foreach (var view in blocks.Views) view.AskAt = TimeSpan.Zero;
        crew.SpeakAtOnce();
        if (shares.Count == 0) IdleSince = context.Now;
        else news.Assigned(before, shares.Count);
    }

    /// <summary>Sends the assignment to all blocks that have not acknowledged it, before workers get it: blocks must know whom to push to.</summary>
    private void AssignBlocks()
    {
        if (Current.Number == 0) return;
        for (var block = 0; block < blocks.Count; block++)
        {
            var view = blocks.Views[block];
            if (view.AcknowledgedNumber == Current.Number || context.Now < view.AskAt) continue;
            view.AskAt = context.Now + context.Times.AskAgain;
            context.Effects.ToBlock(new AssignBlock(context.Job, block, context.Term, context.Lineage, Current, gate.TellOpen()));
        }
    }

    /// <summary>Asks workers to join, and sends the assignment to those that are ready, until they answer.</summary>
    private void SpeakToWorkers()
    {
        foreach (var (worker, isReady) in crew.ToSpeakTo(Current.Number))
            context.Effects.ToWorker(worker, isReady
                ? new AssignWorker(context.Job, context.Term, context.Lineage, Current, gate.TellOpen()) { AuditShare = context.AuditShare }
                : new JoinJob(context.Job, context.Term, context.Lineage, blocks.Count, context.History.Specification!));
    }
}
