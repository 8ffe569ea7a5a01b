using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Simulation.Tests.Jobs;

namespace Distributed.Simulation.Tests.World;

/// <summary>
/// The job's journal: rows with a unique (persistence id, sequence number). Every row is compared with the oracle: no epoch is decided twice, nothing
/// incomplete is committed.
/// </summary>
internal sealed class Journal(SimulatedJob job, Oracle oracle, PartStore parts, WorkerId? liar, Exceptions exceptions)
{
    private readonly List<JournalEvent> _events = []; // rows that a summary has not replaced
    private readonly List<AttemptFailed> _inARow = []; // counted here independently
    private int _deleted;

    /// <summary>Failed attempts in the whole run.</summary>
    public int FailedAttempts { get; private set; }

    public int Count => _deleted + _events.Count;

    public bool IsUp { get; set; } = true;

    /// <summary>The job as currently recorded in the journal.</summary>
    public JobHistory Mirror { get; private set; } = new();

    public Dictionary<long, LineageStarted> Lineages { get; } = [];

    /// <summary>Writes a row, whose sequence number is free.</summary>
    public void Append(JournalEvent journalEvent)
    {
        Check(journalEvent);
        _events.Add(journalEvent);
        Mirror.Apply(journalEvent);
        if (journalEvent is JobSummarized)
        {
            _deleted += _events.Count - 1;
            _events.RemoveRange(0, _events.Count - 1);
        }
        if (Mirror.Checkpoints.Count > 4) throw new SimulationFailure($"{Mirror.Checkpoints.Count} checkpoints are kept");
    }

    private long? BestStep => Mirror.Best is { } best ? job.Plan.BoundaryAfter(best.Epoch) : null;

    public JobHistory Recover()
    {
        var history = new JobHistory();
        foreach (var journalEvent in _events) history.Apply(journalEvent);
        return history;
    }

    private void Check(JournalEvent journalEvent)
    {
        if (Mirror.End is not null) throw new SimulationFailure($"{journalEvent} after the job's end");
        switch (journalEvent)
        {
            case JobSubmitted when Count > 0:
                throw new SimulationFailure("submitted twice");
            case JobSubmitted { Initial: { } initial }:
                parts.CheckCheckpoint(initial, oracle);
                break;
            case TermStarted started when started.Term <= Mirror.Term:
                throw new SimulationFailure($"term {started.Term} after term {Mirror.Term}");
            case LineageStarted started:
                if (started.Lineage <= (Mirror.Lineage?.Lineage ?? 0)) throw new SimulationFailure($"lineage {started.Lineage} after {Mirror.Lineage}");
                if (started.CheckpointStep is { } step && Mirror.Checkpoints.All(checkpoint => checkpoint.Step != step))
                    throw new SimulationFailure($"lineage {started.Lineage} begins at step {step}, which is no committed checkpoint");
                if (started.CheckpointStep is null && job.Initial is not null)
                    throw new SimulationFailure("a job that begins from given weights was begun from random ones");
                Lineages.Add(started.Lineage, started);
                break;
            case TrainingBegan began:
                if (Mirror.HasBegun) throw new SimulationFailure($"{began} of a job that had begun");
                break;
            case CheckpointCommitted committed:
                parts.CheckCheckpoint(committed.Checkpoint, oracle);
                if (BestStep is { } best && best < committed.Checkpoint.Step && Mirror.BestCheckpoint(job.Plan) is null)
                    throw new SimulationFailure($"the checkpoint of step {committed.Checkpoint.Step} is committed before the best epoch's, of step {best}");
                _inARow.Clear();
                break;
            case WorkerExcluded excluded:
                if (excluded.Worker != liar) throw new SimulationFailure($"{excluded.Worker} is excluded, which computes as it should: {excluded.Reason}");
                if (Mirror.ExclusionOf(excluded.Worker) is not null) throw new SimulationFailure($"{excluded.Worker} is excluded twice");
                break;
            case AttemptFailed failed:
                CheckFailure(failed);
                break;
            case RunOptionsChanged or PauseChanged { Paused: false }:
                _inARow.Clear();
                break;
            case EpochDecided decided:
                if (decided.Epoch != Mirror.Decisions.Count) throw new SimulationFailure($"epoch {decided.Epoch} decided after {Mirror.Decisions.Count} decisions");
                if (decided != oracle.Decisions[decided.Epoch]) throw new SimulationFailure($"{decided} instead of {oracle.Decisions[decided.Epoch]}");
                _inARow.Clear();
                break;
            case JobSummarized summary:
                CheckSummary(summary, Mirror);
                break;
            case JobEnded ended:
                CheckEnd(ended);
                break;
        }
    }

    /// <summary>A summary is equivalent to the rows it replaces.</summary>
    private static void CheckSummary(JobSummarized summary, JobHistory expected)
    {
        if (!summary.Decisions.SequenceEqual(expected.Decisions) || !summary.Checkpoints.SequenceEqual(expected.Checkpoints))
            throw new SimulationFailure("a summary forgets decisions or checkpoints");
        if (summary.FirstWorkers != expected.FirstWorkers) throw new SimulationFailure("a summary forgets how the job began");
        if (!(summary.Exclusions ?? []).SequenceEqual(expected.Exclusions)) throw new SimulationFailure("a summary forgets who is excluded");
        if (!(summary.Failures ?? []).SequenceEqual(expected.Failures)) throw new SimulationFailure("a summary forgets failed attempts");
        if (summary.Fruitless != expected.Fruitless) throw new SimulationFailure("a summary forgets rewinds without a step");
        if (summary.Specification != expected.Specification || summary.Options != expected.Options || summary.Lineage != expected.Lineage ||
            (summary.Term, summary.Rewinds, summary.IsPaused, summary.IsCancelled) != (expected.Term, expected.Rewinds, expected.IsPaused, expected.IsCancelled))
            throw new SimulationFailure("a summary says something else than the rows that it replaces");
    }

    /// <summary>Only thrown exceptions count, once each, and no attempt follows after five in a row.</summary>
    private void CheckFailure(AttemptFailed failed)
    {
        FailedAttempts++;
        if (!exceptions.TryCount(failed)) throw new SimulationFailure($"{failed} is counted, which was not thrown or was counted before");
        if (failed.Lineage != Mirror.Lineage?.Lineage) throw new SimulationFailure($"{failed} is of another lineage than {Mirror.Lineage}");
        if (_inARow.Count >= 5) throw new SimulationFailure($"{failed} after {_inARow.Count} failures in a row");
        _inARow.RemoveAll(before => before.Lineage == failed.Lineage && before.Step < failed.Step); // steps made since are kept
        _inARow.Add(failed);
    }

    private void CheckEnd(JobEnded ended)
    {
        switch (ended.Outcome)
        {
            case JobOutcome.Failed when _inARow.Count == 5 && ended.Message!.Contains("out of memory", StringComparison.Ordinal):
                return;
            case JobOutcome.Failed:
                if (oracle.DivergedAt != ended.Step) throw new SimulationFailure($"failed at step {ended.Step}, the oracle at {oracle.DivergedAt}: {ended.Message}");
                return;
            case JobOutcome.Completed:
                if (oracle.DivergedAt is not null) throw new SimulationFailure("completed, although the oracle diverges");
                if (ended.Step != oracle.FinalStep || ended.Reason != oracle.Decisions[^1].Stop)
                    throw new SimulationFailure($"{ended} instead of step {oracle.FinalStep}, {oracle.Decisions[^1].Stop}");
                if (Mirror.BestCheckpoint(job.Plan) is null) throw new SimulationFailure($"completed without the weights of the best epoch, which ended at step {BestStep}");
                break;
            case JobOutcome.Cancelled:
                if (!Mirror.IsCancelled) throw new SimulationFailure("cancelled by nobody");
                if (ended == JobEnded.WithoutWeights && Mirror.Latest is null) return;
                break;
        }
        var final = Mirror.Checkpoints.FirstOrDefault(checkpoint => checkpoint.Step == ended.Step) ??
            throw new SimulationFailure($"ended at step {ended.Step} without its checkpoint");
        parts.CheckCheckpoint(final, oracle); // by content: the same SHA-256 as the fault-free run's
    }
}
