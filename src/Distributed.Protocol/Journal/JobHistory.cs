using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Journal;

/// <summary>
/// A job as its journal tells it: the same after a recovery as it was before. Applying an event is the only way to change it.
/// </summary>
public sealed class JobHistory
{
    private readonly List<EpochDecided> _decisions = [];
    private readonly List<Checkpoint> _checkpoints = [];
    private readonly List<WorkerExcluded> _exclusions = [];
    private readonly List<AttemptFailed> _failures = [];

    /// <summary>So many failed attempts in a row end the job.</summary>
    public const int MaximumFailures = 5;

    /// <summary>The specification; null before the job was submitted.</summary>
    public JobSpecification? Specification { get; private set; }

    /// <summary>The run options in force.</summary>
    public RunOptions Options { get; private set; } = new();

    /// <summary>The highest term.</summary>
    public long Term { get; private set; }

    /// <summary>The newest lineage; null before the first.</summary>
    public LineageStarted? Lineage { get; private set; }

    /// <summary>Workers of the job's first assignment; null before it, and where the journal does not tell (<c>JobStarted</c>).</summary>
    public int? FirstWorkers { get; private set; }

    /// <summary>Whether steps have been computed, as far as the journal tells.</summary>
    public bool HasBegun => FirstWorkers is not null || _decisions.Count > 0 || Latest?.Step > 0;

    /// <summary>Lineages that began because something was lost.</summary>
    public int Rewinds { get; private set; }

    /// <summary>Decided epochs in order.</summary>
    public IReadOnlyList<EpochDecided> Decisions => _decisions;

    /// <summary>Kept checkpoints in ascending order of their steps.</summary>
    public IReadOnlyList<Checkpoint> Checkpoints => _checkpoints;

    /// <summary>Workers that were found to compute wrongly.</summary>
    public IReadOnlyList<WorkerExcluded> Exclusions => _exclusions;

    /// <summary>Failed attempts since the last epoch, checkpoint or new start.</summary>
    public IReadOnlyList<AttemptFailed> Failures => _failures;

    /// <summary>A pause is wanted or in force.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>A cancel is wanted.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>How it ended; null while it has not.</summary>
    public JobEnded? End { get; private set; }

    /// <summary>The best epoch so far; null before the first.</summary>
    public EpochDecided? Best => EpochDecisions.Best(_decisions);

    /// <summary>The newest checkpoint; null before the first.</summary>
    public Checkpoint? Latest => _checkpoints.Count > 0 ? _checkpoints[^1] : null;

    /// <summary>The kept checkpoint of a step; null when there is none.</summary>
    public Checkpoint? CheckpointAt(long step) => _checkpoints.Find(checkpoint => checkpoint.Step == step);

    /// <summary>Events since the last summary: rows that a recovery reads and a store holds.</summary>
    public int EventsSinceSummary { get; private set; }

    /// <summary>Takes an event.</summary>
    public void Apply(JournalEvent journalEvent)
    {
        EventsSinceSummary++;
        switch (journalEvent)
        {
            case JobSubmitted submitted:
                Specification = submitted.Specification;
                Options = submitted.Options;
                if (submitted.Initial is { } initial) _checkpoints.Add(initial with { Lineage = 0 });
                break;
            case JobSummarized summary:
                Take(summary);
                break;
            case RunOptionsChanged changed:
                Options = changed.Options;
                _failures.Clear(); // with others it may get on
                break;
            case TermStarted started:
                Term = started.Term;
                break;
            case LineageStarted started:
                Lineage = started;
                if (started.Reason is not null) Rewinds++;
                // A checkpoint above the one that is loaded could not be read, or belongs to steps that will be made again.
                _checkpoints.RemoveAll(checkpoint => checkpoint.Step > (started.CheckpointStep ?? -1));
                break;
            case TrainingBegan began:
                FirstWorkers ??= began.Workers;
                break;
            case CheckpointCommitted committed:
                _failures.Clear();
                _checkpoints.RemoveAll(checkpoint => checkpoint.Step == committed.Checkpoint.Step);
                _checkpoints.Add(committed.Checkpoint);
                _checkpoints.Sort((a, b) => a.Step.CompareTo(b.Step));
                foreach (var old in Superseded()) _checkpoints.Remove(old);
                break;
            case EpochDecided decided:
                if (decided.Epoch != _decisions.Count) break;
                _decisions.Add(decided);
                _failures.Clear();
                break;
            case AttemptFailed failed:
                Add(failed);
                break;
            case WorkerExcluded excluded:
                if (ExclusionOf(excluded.Worker) is null) _exclusions.Add(excluded);
                break;
            case PauseChanged changed:
                IsPaused = changed.Paused;
                if (!changed.Paused) _failures.Clear(); // a person starts it anew
                break;
            case CancelRequested:
                IsCancelled = true;
                break;
            case JobEnded ended:
                End = ended;
                break;
            default:
                throw new ArgumentException($"{journalEvent.GetType().Name} is not an event of a job's journal", nameof(journalEvent));
        }
    }

    /// <summary>All that the events so far came to; only while the job has not ended.</summary>
    public JobSummarized Summarize() =>
        new(Specification!, Options, Term, Lineage, Rewinds, [.. _decisions], [.. _checkpoints], IsPaused, IsCancelled)
        {
            Exclusions = _exclusions.Count > 0 ? [.. _exclusions] : null,
            Failures = _failures.Count > 0 ? [.. _failures] : null,
            FirstWorkers = FirstWorkers,
        };

    /// <summary>Why a worker was excluded; null when it was not.</summary>
    public WorkerExcluded? ExclusionOf(WorkerId worker) => _exclusions.Find(exclusion => exclusion.Worker == worker);

    /// <summary>Steps that a lineage made since a failure are kept, so that one was not in vain. Steps of a lineage that is over are not.</summary>
    private void Add(AttemptFailed failed)
    {
        _failures.RemoveAll(before => before.Lineage == failed.Lineage && before.Step < failed.Step);
        _failures.Add(failed);
    }

    private void Take(JobSummarized summary)
    {
        EventsSinceSummary = 0;
        Specification = summary.Specification;
        Options = summary.Options;
        Term = summary.Term;
        Lineage = summary.Lineage;
        Rewinds = summary.Rewinds;
        _decisions.Clear();
        _decisions.AddRange(summary.Decisions);
        _checkpoints.Clear();
        _checkpoints.AddRange(summary.Checkpoints);
        _exclusions.Clear();
        _exclusions.AddRange(summary.Exclusions ?? []);
        _failures.Clear();
        _failures.AddRange(summary.Failures ?? []);
        FirstWorkers = summary.FirstWorkers;
        IsPaused = summary.IsPaused;
        IsCancelled = summary.IsCancelled;
    }

    /// <summary>The checkpoint of the best epoch's end; null while there is none.</summary>
    public Checkpoint? BestCheckpoint(EpochPlan plan) =>
        Best is { } best ? _checkpoints.Find(checkpoint => checkpoint.Step == plan.BoundaryAfter(best.Epoch)) : null;

    /// <summary>
    /// The best weights that can be read: the best epoch's checkpoint, and the best one's before it while that epoch is in memory alone. Null
    /// before the first.
    /// </summary>
    public Checkpoint? DurableBest(EpochPlan plan)
    {
        for (var i = _decisions.Count - 1; i >= 0; i--)
            if (_decisions[i].IsBest && _checkpoints.Find(checkpoint => checkpoint.Step == plan.BoundaryAfter(_decisions[i].Epoch)) is { } durable) return durable;
        return null;
    }

    /// <summary>Kept: the last two, the best epoch's, and given weights that the job began from. The rest may be deleted.</summary>
    public IReadOnlyList<Checkpoint> Superseded()
    {
        if (_checkpoints.Count <= 2 || Specification is null) return [];
        var best = BestCheckpoint(new EpochPlan(Specification));
        return [.. _checkpoints.Take(_checkpoints.Count - 2).Where(checkpoint => checkpoint != best && !checkpoint.IsGiven)];
    }

    /// <summary>
    /// The last epoch whose steps may be computed: no further than the first undecided one, the one that a stop rule ended with, or the best
    /// one while its checkpoint is missing (a crash came between the decision and the checkpoint).
    /// </summary>
    /// <param name="plan">The job's plan.</param>
    /// <param name="captured">Steps whose state all blocks have copied, though it may not be durable yet.</param>
    public int OpenThrough(EpochPlan plan, Predicate<long> captured)
    {
        var through = _decisions.Count;
        if (_decisions.Count > 0 && _decisions[^1].Stop is not null) through = _decisions[^1].Epoch;
        if (Best is { } best && plan.BoundaryAfter(best.Epoch) is var end && BestCheckpoint(plan) is null && !captured(end) &&
            end >= (Lineage?.CheckpointStep ?? 0))
            through = Math.Min(through, best.Epoch);
        return through;
    }
}
