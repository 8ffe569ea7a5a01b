using Distributed.Simulation.Tests.Jobs;

namespace Distributed.Simulation.Tests.World;

/// <summary>
/// The job's journal: rows with a unique (persistence id, sequence number). Everything that enters is compared with the oracle: nobody
/// decides twice, nothing incomplete is committed.
/// </summary>
internal sealed class Journal(SimulatedJob job, Oracle oracle, PartStore parts, WorkerId? liar)
{
    private readonly List<JournalEvent> _events = []; // rows that a summary has not replaced
    private int _deleted;

    public int Count => _deleted + _events.Count;

    public bool IsUp { get; set; } = true;

    /// <summary>The job as the journal tells it at this moment.</summary>
    public JobHistory Mirror { get; private set; } = new();

    public Dictionary<long, LineageStarted> Lineages { get; } = [];

    /// <summary>Writes a row; false when its sequence number is taken.</summary>
    public bool TryAppend(int sequence, JournalEvent journalEvent)
    {
        if (sequence != Count) return false;
        Check(journalEvent);
        _events.Add(journalEvent);
        Mirror.Apply(journalEvent);
        if (journalEvent is JobSummarized)
        {
            _deleted += _events.Count - 1;
            _events.RemoveRange(0, _events.Count - 1);
        }
        if (Mirror.Checkpoints.Count > 4) throw new SimulationFailure($"{Mirror.Checkpoints.Count} checkpoints are kept");
        return true;
    }

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
                break;
            case WorkerExcluded excluded:
                if (excluded.Worker != liar) throw new SimulationFailure($"{excluded.Worker} is excluded, which computes as it should: {excluded.Reason}");
                if (Mirror.ExclusionOf(excluded.Worker) is not null) throw new SimulationFailure($"{excluded.Worker} is excluded twice");
                break;
            case EpochDecided decided:
                if (decided.Epoch != Mirror.Decisions.Count) throw new SimulationFailure($"epoch {decided.Epoch} decided after {Mirror.Decisions.Count} decisions");
                if (decided != oracle.Decisions[decided.Epoch]) throw new SimulationFailure($"{decided} instead of {oracle.Decisions[decided.Epoch]}");
                break;
            case JobSummarized summary:
                CheckSummary(summary, Mirror);
                break;
            case JobEnded ended:
                CheckEnd(ended);
                break;
        }
    }

    /// <summary>A summary says what the rows say that it replaces.</summary>
    private static void CheckSummary(JobSummarized summary, JobHistory expected)
    {
        if (!summary.Decisions.SequenceEqual(expected.Decisions) || !summary.Checkpoints.SequenceEqual(expected.Checkpoints))
            throw new SimulationFailure("a summary forgets decisions or checkpoints");
        if (summary.FirstWorkers != expected.FirstWorkers) throw new SimulationFailure("a summary forgets how the job began");
        if (!(summary.Exclusions ?? []).SequenceEqual(expected.Exclusions)) throw new SimulationFailure("a summary forgets who is excluded");
        if (summary.Specification != expected.Specification || summary.Options != expected.Options || summary.Lineage != expected.Lineage ||
            (summary.Term, summary.Rewinds, summary.IsPaused, summary.IsCancelled) != (expected.Term, expected.Rewinds, expected.IsPaused, expected.IsCancelled))
            throw new SimulationFailure("a summary says something else than the rows that it replaces");
    }

    private void CheckEnd(JobEnded ended)
    {
        switch (ended.Outcome)
        {
            case JobOutcome.Failed:
                if (oracle.DivergedAt != ended.Step) throw new SimulationFailure($"failed at step {ended.Step}, the oracle at {oracle.DivergedAt}: {ended.Message}");
                return;
            case JobOutcome.Completed:
                if (oracle.DivergedAt is not null) throw new SimulationFailure("completed, although the oracle diverges");
                if (ended.Step != oracle.FinalStep || ended.Reason != oracle.Decisions[^1].Stop)
                    throw new SimulationFailure($"{ended} instead of step {oracle.FinalStep}, {oracle.Decisions[^1].Stop}");
                break;
            case JobOutcome.Cancelled:
                if (!Mirror.IsCancelled) throw new SimulationFailure("cancelled by nobody");
                break;
        }
        var final = Mirror.Checkpoints.FirstOrDefault(checkpoint => checkpoint.Step == ended.Step) ??
            throw new SimulationFailure($"ended at step {ended.Step} without its checkpoint");
        parts.CheckCheckpoint(final, oracle); // by content: the same SHA-256 as the fault-free run's
    }
}
