using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Coordinator;

/// <summary>
/// Compares what is decided with what blocks and workers report, and takes the next missing action. Idempotent: it may run at any time, and
/// everything it sends may be resent.
/// </summary>
internal sealed class Reconciliation(Concerns concerns)
{
    private readonly RunContext _context = concerns.Context;
    private readonly Decisions _decisions = new(concerns);

    public void Run()
    {
        if (_context.IsOver)
        {
            concerns.Requests.AnswerAfterEnd();
            return;
        }
        concerns.Cancel.Reconcile();
        var mustWait = Decide();
        if (_context.Plan is null || _context.Term == 0 || _context.History.Lineage is null || concerns.PausedAt is not null) return;
        var lineage = concerns.Lineage;
        if (lineage.Fate.IsOver || !ReconcileBlocks(lineage)) return;
        lineage.Assignments.Reconcile(concerns.Cancel.MustWithdraw && !lineage.Hold.IsFast);
        lineage.Audits.Reconcile();
        if (mustWait) return;
        lineage.Checkpoints.Reconcile(lineage.Assignments, concerns.Ending.IsDiverging);
        if (lineage.Hold.Reconcile(lineage.Checkpoints.BestIsOnItsWay) is { } step) concerns.Rest(step);
    }

    /// <summary>
    /// Makes the next decisions and writes them. Epochs that go on may be acted on at once; they are durable before any other decision is written.
    /// </summary>
    /// <returns>Whether a decision is due that is not durable: no effect follows before it is.</returns>
    private bool Decide()
    {
        if (concerns.Persisting is not null && !concerns.Unwritten.IsBeingWritten) return true;
        JournalEvent? decision;
        while ((decision = _decisions.Next()) is EpochDecided epoch && MayGoAhead(epoch))
        {
            concerns.Unwritten.Add(epoch);
            _context.History.Apply(epoch);
            Carry(epoch);
        }
        if (concerns.Persisting is not null) return decision is not null;
        if (!concerns.Unwritten.IsEmpty)
        {
            var epochs = concerns.Unwritten.Write();
            concerns.Persisting = (epochs[^1], _context.Now);
            _context.Effects.PersistEpochs(epochs);
        }
        else if (decision is not null)
        {
            concerns.Persisting = (decision, _context.Now);
            _context.Effects.Persist(decision);
        }
        return decision is not null;
    }

    /// <summary>Whether training may pass the epoch's end before the decision is durable.</summary>
    private bool MayGoAhead(EpochDecided epoch) =>
        epoch.Stop is null && !concerns.Unwritten.IsFull && !concerns.Lineage.Moves.MustHold && _context.Effects.BlocksAreHere;

    /// <summary>The immediate consequences of a decision; everything else follows in <see cref="Run"/>.</summary>
    public void Carry(JournalEvent decided)
    {
        var lineage = concerns.Lineage;
        switch (decided)
        {
            case JobSubmitted submitted:
                _context.Plan = new EpochPlan(submitted.Specification);
                break;
            case TermStarted started:
                _context.Term = started.Term;
                break;
            case PauseChanged { Paused: false }:
                concerns.GoOn();
                break;
            case LineageStarted started:
                if (started.Reason is not null) concerns.Ending.NoteRewind();
                concerns.BeginLineage(started);
                break;
            case TrainingBegan began:
                concerns.News.PublishStart(began.Workers);
                break;
            case WorkerExcluded excluded:
                concerns.Crew.Exclude(excluded.Worker, excluded.Reason);
                _context.Leave(excluded.Worker);
                break;
            case AttemptFailed failed:
                lineage.Failures.Noted(failed);
                break;
            case EpochDecided epoch:
                _context.Effects.Publish(new EpochEnded(_context.Job, _context.Plan!.BoundaryAfter(epoch.Epoch), epoch));
                break;
            case CheckpointCommitted committed:
                lineage.Checkpoints.Commit();
                concerns.Parts.Committed();
                _context.Effects.Publish(new CheckpointSaved(_context.Job, committed.Checkpoint.Step));
                break;
            case JobEnded ended:
                concerns.EndAll();
                concerns.Parts.Sweep();
                _context.Effects.Publish(new JobFinished(_context.Job, ended));
                _context.Effects.Finish();
                break;
        }
    }

    /// <summary>Queries or loads blocks; true once all of them have the lineage.</summary>
    private bool ReconcileBlocks(LineageState lineage)
    {
        lineage.Blocks.Find(0);
        if (lineage.Blocks.IsComplete)
        {
            lineage.Blocks.Ping();
            return true;
        }
        if (!lineage.Blocks.TryComplete(out var wasAdopted))
        {
            lineage.Blocks.Load(lineage.Gate);
            return false;
        }
        lineage.Checkpoints.Begin(wasAdopted);
        lineage.Assignments.WaitAgain();
        concerns.Parts.Sweep();
        return true;
    }
}
