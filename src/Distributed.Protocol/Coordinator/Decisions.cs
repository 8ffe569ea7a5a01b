using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Journal;

namespace Distributed.Protocol.Coordinator;

/// <summary>The order in which a coordinator decides: requests, then failures, then goals reached.</summary>
internal sealed class Decisions(Concerns concerns)
{
    private readonly RunContext _context = concerns.Context;

    /// <summary>The next event for the journal; null when there is nothing to decide.</summary>
    public JournalEvent? Next()
    {
        if (concerns.Requests.DecideStart() is { } start) return start;
        if (_context.History.Specification is null) return null;
        if (_context.Term == 0) return new TermStarted(_context.History.Term + 1);
        if (concerns.Ending.Diverged(concerns.Lineage.Checkpoints) is { } diverged) return diverged;
        if (concerns.Requests.DecideCancel() is { } cancel) return cancel;
        if (concerns.Ending.GivenUp() is { } failed) return failed;
        if (concerns.Requests.DecidePause() is { } pause) return pause;
        return concerns.PausedAt is { } rest ? concerns.Ending.CancelledAtRest(rest) : NextOf(concerns.Lineage);
    }

    /// <summary>Decisions while the job is running.</summary>
    private JournalEvent? NextOf(LineageState lineage)
    {
        if (lineage.Failures.Pending is { } failure && !_context.History.IsCancelled) return failure;
        if (lineage.Audits.Decide() is { } excluded) return excluded;
        if (lineage.Fate.Next(lineage.Blocks, lineage.Checkpoints.LostBest()) is { } next) return Begin(next, lineage);
        if (concerns.News.FirstWorkers is { } workers && !_context.History.HasBegun) return new TrainingBegan(workers);
        if (lineage.Progress.HasAdvanced)
        {
            concerns.Ending.ForgetRewinds();
            if (_context.History.Fruitless > 0) return new LineageAdvanced(_context.Lineage);
        }
        if (lineage.Gate.Decide() is { } epoch) return epoch;
        if (lineage.Checkpoints.Decide() is { } committed) return committed;
        if ((concerns.Ending.Reached(lineage.Checkpoints, lineage.Hold) ?? concerns.Ending.Overdue(lineage.Blocks, lineage.Checkpoints)) is { } end) return end;
        return Summary();
    }

    /// <summary>
    /// The next lineage, unless something prevents it: initial weights that cannot be read, or a job that must rest, which it does at its last
    /// checkpoint without loading it.
    /// </summary>
    private JournalEvent? Begin(LineageStarted next, LineageState lineage)
    {
        if ((concerns.Ending.CannotBegin(next, lineage.Fate.Lost) ?? concerns.Ending.Fruitless(next)) is { } failed) return failed;
        if (!_context.MustRest || lineage.Fate.HasUnreadable) return next;
        if (_context.History.IsCancelled) return concerns.Cancel.EndAtLatest;
        if (_context.History.Latest is not { } latest) return next;
        concerns.Rest(latest.Step);
        return null;
    }

    private JobSummarized? Summary() =>
        _context.History.EventsSinceSummary >= Math.Max(_context.Times.SummarizeAfter, _context.History.Decisions.Count)
            ? _context.History.Summarize()
            : null;
}
