using Distributed.Protocol.Coordinator.Checkpoints;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Coordinator.Crews;
using Distributed.Protocol.Coordinator.Lineages;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator;

/// <summary>The state of one lineage. A rewind creates a new one, which keeps only the identity of the blocks.</summary>
internal sealed class LineageState
{
    private readonly RunContext _context;
    private readonly Crew _crew;

    /// <param name="context">The run.</param>
    /// <param name="crew">The workers.</param>
    /// <param name="news">What watchers hear about the workers.</param>
    /// <param name="cancel">How long a cancel may take.</param>
    /// <param name="blocks">The blocks.</param>
    /// <param name="toldOpen">The last epoch that any block or worker may have been told is open; -1 for none.</param>
    public LineageState(RunContext context, Crew crew, WorkerNews news, CancelDeadline cancel, BlockRoster blocks, int toldOpen = -1)
    {
        _context = context;
        _crew = crew;
        Blocks = blocks;
        Fate = new LineageFate(context);
        Moves = new Moves(context, blocks, Fate);
        Gate = new EpochGate(context, Moves, toldOpen);
        Progress = new TrainingProgress(context, Gate);
        Assignments = new Assignments(context, crew, news, blocks, Gate);
        Hold = new Hold(context, blocks, Fate, Moves, Gate, Assignments, cancel);
        Checkpoints = new CheckpointAttempts(context, blocks, Moves, Gate, Progress, Hold);
        Audits = new Audits(context, Fate, Assignments);
        Failures = new Failures(context, crew, blocks, Fate, Progress);
    }

    public BlockRoster Blocks { get; }

    public LineageFate Fate { get; }

    public Moves Moves { get; }

    public EpochGate Gate { get; }

    public TrainingProgress Progress { get; }

    public Assignments Assignments { get; }

    public Hold Hold { get; }

    public CheckpointAttempts Checkpoints { get; }

    public Audits Audits { get; }

    public Failures Failures { get; }

    /// <summary>A block reports its state. False, as for all messages below, when nothing follows.</summary>
    public bool Hear(BlockState message)
    {
        var word = Blocks.Hear(message, Moves.HasReleased);
        if (word == BlockRoster.Word.Ignored) return false;
        if (word == BlockRoster.Word.LostMemory) Fate.Lose($"block {message.Block} lost its memory");
        else if (message.Lineage == _context.Lineage && _context.IsBeyondTheJournal(message.Step)) Fate.Lose("the coordinator died before the journal had the last epochs");
        if (Blocks.IsComplete) Gate.AnswerAtBoundary(message);
        return true;
    }

    /// <summary>A block cannot read its part of the checkpoint: the previous one is used.</summary>
    public bool Hear(BlockLoadFailed message)
    {
        if (message.Lineage != _context.Lineage || _context.History.Lineage?.CheckpointStep is not { } step) return false;
        Fate.FindUnreadable(step, $"the checkpoint of step {step} cannot be read by block {message.Block}: {message.Reason}");
        return true;
    }

    /// <summary>A block acknowledged the assignment; nothing follows except that it is not told again.</summary>
    public bool Hear(BlockAssigned message)
    {
        if (message.Lineage == _context.Lineage && Blocks.Find(message.Block) is { } view) view.AcknowledgedNumber = message.Number;
        return false;
    }

    /// <summary>A worker acknowledged the assignment.</summary>
    public bool Hear(WorkerAssigned message)
    {
        if (message.Lineage == _context.Lineage && _crew.Find(message.Worker) is { } member) member.AcknowledgedNumber = message.Number;
        return false;
    }

    /// <summary>Block 0 withholds the weights of a step.</summary>
    public bool Hear(BlockHeld message)
    {
        if (message.Lineage != _context.Lineage) return false;
        Hold.Hear(message);
        return true;
    }

    /// <summary>Block 0 reports progress.</summary>
    public bool Hear(StepsProgressed message)
    {
        if (!Progress.Hear(message, Assignments.Current.Shares.Count)) return false;
        Failures.ForgetThrown();
        return true;
    }

    /// <summary>Workers disagree about a shard.</summary>
    public bool Hear(AuditDisputed message)
    {
        if (message.Lineage != _context.Lineage || !Blocks.IsComplete || Blocks.Find(message.Block) is null) return false;
        Audits.Hear(message);
        return true;
    }

    /// <summary>Shards are late: they also go to other workers; the first result counts.</summary>
    public bool Hear(StepLate message)
    {
        if (message.Lineage != _context.Lineage || _context.Plan is not { } plan || message.Step >= plan.TotalSteps) return false;
        Assignments.MakeOwnersLate(message.Missing, plan.ShardCount(message.Step));
        foreach (var worker in message.Silent ?? []) _crew.MakeLate(worker);
        return true;
    }

    /// <summary>As for <see cref="StepLate"/>, for validation shards.</summary>
    public bool Hear(EvaluationLate message)
    {
        if (message.Lineage != _context.Lineage || _context.Plan is not { } plan || message.Epoch < _context.History.Decisions.Count) return false;
        Assignments.MakeOwnersLate(message.Missing, plan.EvaluationShardCount);
        return true;
    }

    /// <summary>A block reports its step timings.</summary>
    public void Hear(BlockMeasured message)
    {
        if (message.Block >= 0 && message.Block < Blocks.Count) Blocks.Views[message.Block].Timings = new TimingPair(message.Update, message.Wait);
    }
}
