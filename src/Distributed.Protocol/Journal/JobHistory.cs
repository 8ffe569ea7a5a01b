using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Journal;

/// <summary>A job's state as recorded in its journal, identical after recovery. Applying an event is the only way to change it.</summary>
internal sealed class JobHistory
{
    private List<EpochDecided> _decisions = [];
    private List<Checkpoint> _checkpoints = [];
    private List<WorkerExcluded> _exclusions = [];
    private List<AttemptFailed> _failures = [];
    private long _fruitlessTerm; // the last one counted

    /// <summary>The number of consecutive failed attempts that ends the job.</summary>
    public const int MaximumFailures = 5;

    /// <summary>The number of consecutive terms with a rewind and without a step that ends the job.</summary>
    public const int MaximumFruitless = 50;

    /// <summary>The specification; null before the job was submitted.</summary>
    public JobSpecification? Specification { get; private set; }

    /// <summary>The run options in force.</summary>
    public RunOptions Options { get; private set; } = new();

    /// <summary>The highest term.</summary>
    public long Term { get; private set; }

    /// <summary>The newest lineage; null before the first.</summary>
    public LineageStarted? Lineage { get; private set; }

    /// <summary>Workers of the job's first assignment; null before it, and where the journal does not record it (<c>JobStarted</c>).</summary>
    public int? FirstWorkers { get; private set; }

    /// <summary>Whether steps have been computed, according to the journal.</summary>
    public bool HasBegun => FirstWorkers is not null || _decisions.Count > 0 || Latest?.Step > 0;

    /// <summary>Lineages that began because something was lost.</summary>
    public int Rewinds { get; private set; }

    /// <summary>
    /// Terms with a rewind since the last step that the journal knows of, or restart by a person. Unlike <see cref="Failures"/> it counts processes that
    /// end without a word, coordinator and blocks together, as when the system kills one that takes too much memory.
    /// </summary>
    public int Fruitless { get; private set; }

    /// <summary>Decided epochs in order.</summary>
    public IReadOnlyList<EpochDecided> Decisions => _decisions;

    /// <summary>Kept checkpoints in ascending order of their steps.</summary>
    public IReadOnlyList<Checkpoint> Checkpoints => _checkpoints;

    /// <summary>Workers excluded for computing wrongly.</summary>
    public IReadOnlyList<WorkerExcluded> Exclusions => _exclusions;

    /// <summary>Failed attempts since the last epoch, checkpoint or restart.</summary>
    public IReadOnlyList<AttemptFailed> Failures => _failures;

    /// <summary>Whether a pause is requested or in force.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Whether a cancel is requested.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Why it is cancelled.</summary>
    public StopReason CancelReason { get; private set; } = StopReason.Cancelled;

    /// <summary>Whether the job has made the epochs after which its options hold it, and goes on only with others.</summary>
    public bool IsHeld => _decisions.Count >= Options.HoldAfter && _decisions[^1].Stop is null;

    /// <summary>How the job ended; null while it has not.</summary>
    public JobEnded? End { get; private set; }

    /// <summary>The best epoch so far; null before the first.</summary>
    public EpochDecided? Best { get; private set; }

    /// <summary>The newest checkpoint; null before the first.</summary>
    public Checkpoint? Latest => _checkpoints.Count > 0 ? _checkpoints[^1] : null;

    /// <summary>The kept checkpoint of a step; null when there is none.</summary>
    public Checkpoint? CheckpointAt(long step) => _checkpoints.Find(checkpoint => checkpoint.Step == step);

    /// <summary>Events since the last summary: rows that a recovery reads and the store holds.</summary>
    public int EventsSinceSummary { get; private set; }

    /// <summary>A history of its own that begins as this one; readers of this one do not see what the copy applies.</summary>
    public JobHistory Copy()
    {
        var copy = (JobHistory)MemberwiseClone();
        (copy._decisions, copy._checkpoints, copy._exclusions, copy._failures) = ([.. _decisions], [.. _checkpoints], [.. _exclusions], [.. _failures]);
        return copy;
    }

    /// <summary>Applies an event.</summary>
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
                ForgetFailures(); // it may succeed with others
                break;
            case TermStarted started:
                Term = started.Term;
                break;
            case LineageStarted started:
                Lineage = started;
                if (started.Reason is not null) CountRewind();
                // A checkpoint above the loaded one was unreadable, or belongs to steps that will be computed again.
                _checkpoints.RemoveAll(checkpoint => checkpoint.Step > (started.CheckpointStep ?? -1));
                break;
            case TrainingBegan began:
                FirstWorkers ??= began.Workers;
                break;
            case LineageAdvanced:
                Fruitless = 0;
                break;
            case CheckpointCommitted committed:
                ForgetFailures();
                _checkpoints.RemoveAll(checkpoint => checkpoint.Step == committed.Checkpoint.Step);
                _checkpoints.Add(committed.Checkpoint);
                _checkpoints.Sort((a, b) => a.Step.CompareTo(b.Step));
                foreach (var old in Superseded()) _checkpoints.Remove(old);
                break;
            case EpochDecided decided:
                if (decided.Epoch != _decisions.Count) break;
                _decisions.Add(decided);
                if (decided.IsBest) Best = decided;
                ForgetFailures();
                break;
            case AttemptFailed failed:
                Add(failed);
                break;
            case WorkerExcluded excluded:
                if (ExclusionOf(excluded.Worker) is null) _exclusions.Add(excluded);
                Fruitless = 0; // the next lineage is without it
                break;
            case PauseChanged changed:
                IsPaused = changed.Paused;
                if (!changed.Paused) ForgetFailures(); // restarted by a person
                break;
            case CancelRequested cancelled:
                IsCancelled = true;
                CancelReason = cancelled.Reason ?? StopReason.Cancelled;
                break;
            case JobEnded ended:
                End = ended;
                break;
            default:
                throw new ArgumentException($"{journalEvent.GetType().Name} is not an event of a job's journal", nameof(journalEvent));
        }
    }

    /// <summary>Summarizes all events so far; only while the job has not ended.</summary>
    public JobSummarized Summarize() =>
        new(Specification!, Options, Term, Lineage, Rewinds, [.. _decisions], [.. _checkpoints], IsPaused, IsCancelled)
        {
            Exclusions = _exclusions.Count > 0 ? [.. _exclusions] : null,
            Failures = _failures.Count > 0 ? [.. _failures] : null,
            FirstWorkers = FirstWorkers,
            Fruitless = Fruitless,
            CancelReason = IsCancelled ? CancelReason : null,
        };

    /// <summary>Why a worker was excluded; null when it is not.</summary>
    public WorkerExcluded? ExclusionOf(WorkerId worker) => _exclusions.Find(exclusion => exclusion.Worker == worker);

    /// <summary>
    /// Drops earlier failures of this lineage if it has made steps since: those steps are kept. Steps of a finished lineage are not.
    /// </summary>
    private void Add(AttemptFailed failed)
    {
        _failures.RemoveAll(before => before.Lineage == failed.Lineage && before.Step < failed.Step);
        _failures.Add(failed);
    }

    private void CountRewind()
    {
        Rewinds++;
        if (Term == _fruitlessTerm) return; // a coordinator that stays sees to it itself (JobEnding)
        _fruitlessTerm = Term;
        Fruitless++;
    }

    private void ForgetFailures()
    {
        _failures.Clear();
        Fruitless = 0;
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
        Best = EpochDecisions.Best(_decisions);
        _checkpoints.Clear();
        _checkpoints.AddRange(summary.Checkpoints);
        _exclusions.Clear();
        _exclusions.AddRange(summary.Exclusions ?? []);
        _failures.Clear();
        _failures.AddRange(summary.Failures ?? []);
        (Fruitless, _fruitlessTerm) = (summary.Fruitless, summary.Term); // whether this term was counted is not worth a place in the summary
        FirstWorkers = summary.FirstWorkers;
        IsPaused = summary.IsPaused;
        IsCancelled = summary.IsCancelled;
        CancelReason = summary.CancelReason ?? StopReason.Cancelled;
    }

    /// <summary>The checkpoint of the best epoch's end; null while there is none.</summary>
    public Checkpoint? BestCheckpoint(EpochPlan plan) =>
        Best is { } best ? _checkpoints.Find(checkpoint => checkpoint.Step == plan.BoundaryAfter(best.Epoch)) : null;

    /// <summary>
    /// The best readable weights: the best epoch's checkpoint, or the previous best one's while that epoch is in memory only. Null before the first.
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
    /// The last epoch whose steps may be computed: at most the first undecided one, the one after which the job is held, the one at which a stop rule
    /// ended the job, or the best one while its checkpoint is missing (after a crash between decision and checkpoint).
    /// </summary>
    /// <param name="plan">The job's plan.</param>
    /// <param name="captured">Steps whose state all blocks have copied, even if not yet durably.</param>
    public int OpenThrough(EpochPlan plan, Predicate<long> captured)
    {
        var through = Options.HoldAfter == _decisions.Count && _decisions.Count > 0 ? _decisions.Count - 1 : _decisions.Count;
        if (_decisions.Count > 0 && _decisions[^1].Stop is not null) through = _decisions[^1].Epoch;
        if (Best is { } best && plan.BoundaryAfter(best.Epoch) is var end && BestCheckpoint(plan) is null && !captured(end) &&
            end >= (Lineage?.CheckpointStep ?? 0))
            through = Math.Min(through, best.Epoch);
        return through;
    }
}
