using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Coordinator.Context;

/// <summary>What all concerns of one coordinator share: the job as decided so far, the surroundings, the time and the term.</summary>
internal sealed class RunContext(JobId job, JobHistory history, CoordinatorTimes times, ICoordinatorEffects effects)
{
    private long _attempts;
    private long _assignments;

    public JobId Job { get; } = job;

    public JobHistory History { get; } = history;

    public CoordinatorTimes Times { get; } = times;

    public ICoordinatorEffects Effects { get; } = effects;

    /// <summary>Which checkpoint is stored next.</summary>
    public CheckpointOrder Order { get; init; } = new();

    /// <summary>The job's plan; null before it is submitted.</summary>
    public EpochPlan? Plan { get; set; } = history.Specification is { } specification ? new EpochPlan(specification) : null;

    /// <summary>The time of the current message.</summary>
    public TimeSpan Now { get; set; }

    /// <summary>This coordinator's term; 0 until it is durable.</summary>
    public long Term { get; set; }

    /// <summary>The lineage in force; 0 before the first.</summary>
    public long Lineage => History.Lineage?.Lineage ?? 0;

    /// <summary>Whether the job has ended.</summary>
    public bool IsOver => History.End is not null;

    /// <summary>Whether a pause or a cancel is decided.</summary>
    public bool MustRest => History.IsPaused || History.IsCancelled;

    /// <summary>The step at which the best epoch ends; null before the first.</summary>
    public long? BestStep => History.Best is { } best ? Plan!.BoundaryAfter(best.Epoch) : null;

    /// <summary>The lineage's share of shards that two workers compute.</summary>
    public double AuditShare => History.Lineage?.AuditShare ?? 0;

    /// <summary>The checkpoint that the lineage begins from; null for the initial weights.</summary>
    public Checkpoint? LineageCheckpoint =>
        History.Lineage!.CheckpointStep is { } step ? History.Checkpoints.First(checkpoint => checkpoint.Step == step) : null;

    public int ParameterCount => new Network(History.Specification!.Network).Layout.Count;

    /// <summary>Blocks by the options; the layout may need fewer.</summary>
    public int BlockCount => new BlockLayout(ParameterCount, History.Options.Blocks).Count;

    /// <summary>
    /// Whether a step lies beyond an undecided epoch: an earlier coordinator opened the next one and died before the decision was durable.
    /// </summary>
    public bool IsBeyondTheJournal(long step) => Plan is { } plan && step > 0 && plan.EpochOf(step - 1) > History.Decisions.Count;

    public bool HasCheckpoint(long step) => History.CheckpointAt(step) is not null;

    /// <summary>A number higher than all previous attempts', across terms.</summary>
    public long NextAttempt() => (Term << 32) + ++_attempts;

    /// <summary>A number higher than all previous assignments', across terms.</summary>
    public long NextAssignment() => (Term << 32) + ++_assignments;

    /// <summary>Ends a block. Also works before this coordinator's own term is durable, using the previous term.</summary>
    public void End(int block) => Effects.ToBlock(new EndBlock(Job, block, Math.Max(Term, History.Term), Lineage));

    /// <summary>Takes the job from a worker, as <see cref="End"/> does for a block.</summary>
    public void Leave(WorkerId worker) => Effects.ToWorker(worker, new LeaveJob(Job, Math.Max(Term, History.Term), Lineage));
}
