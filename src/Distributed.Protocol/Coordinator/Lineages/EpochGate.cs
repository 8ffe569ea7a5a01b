using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Coordinator.Lineages;

/// <summary>The barrier at the end of an epoch: which epoch is open, which has ended, and what is decided about it.</summary>
/// <param name="context">The run.</param>
/// <param name="moves">Whether the job is held.</param>
/// <param name="toldOpen">The last epoch that any block or worker may have been told is open; -1 for none.</param>
internal sealed class EpochGate(RunContext context, Moves moves, int toldOpen)
{
    private int _toldOpen = toldOpen;
    private long _captured = -1; // the last step whose state all blocks have copied

    /// <summary>The ended epoch at which block 0 stands, with its sums; null while unknown.</summary>
    public EpochCompleted? Completed { get; private set; }

    /// <summary>The step of <see cref="Completed"/>.</summary>
    public long? CompletedStep => Completed is { } completed && context.Plan is { } plan ? plan.BoundaryAfter(completed.Epoch) : null;

    /// <summary>The last epoch whose steps may be computed; a held job stays at its current boundary.</summary>
    public int OpenThrough
    {
        get
        {
            var through = context.History.OpenThrough(context.Plan!, IsCaptured);
            return moves.MustHold && BarrierEpoch is { } epoch ? Math.Min(through, epoch) : through;
        }
    }

    /// <summary>The epoch at whose end all blocks stand. Null when they do not, or when one may have been told that the next epoch is open: the
    /// report of its end can be late.</summary>
    public int? BarrierEpoch => Completed is { } completed && completed.Epoch >= _toldOpen ? completed.Epoch : null;

    /// <summary>The step of <see cref="BarrierEpoch"/>.</summary>
    public long? BarrierStep => BarrierEpoch is { } epoch ? context.Plan!.BoundaryAfter(epoch) : null;

    /// <summary>
    /// <see cref="OpenThrough"/>, about to be sent to a block or worker: from now on blocks may pass the end of the previous epoch.
    /// </summary>
    public int TellOpen()
    {
        var through = OpenThrough;
        _toldOpen = Math.Max(_toldOpen, through);
        return through;
    }

    public bool IsCaptured(long step) => step == _captured;

    /// <summary>All blocks have copied their state: training may pass the step.</summary>
    public void Capture(long step) => _captured = Math.Max(_captured, step);

    /// <summary>Abandons the copies of a step.</summary>
    public void GiveUp(long step)
    {
        if (_captured == step) _captured = -1;
    }

    /// <summary>An epoch's sums are complete. False when the message is stale.</summary>
    /// <param name="message">The sums.</param>
    /// <param name="progress">The last progress that block 0 reported.</param>
    public bool Hear(EpochCompleted message, long? progress)
    {
        if (message.Lineage != context.Lineage || context.Plan is null || message.Epoch > context.History.Decisions.Count) return false;
        if (message.Epoch < Completed?.Epoch || context.Plan.BoundaryAfter(message.Epoch) < progress) return false;
        Completed = message;
        return true;
    }

    /// <summary>The blocks are not at the epoch's end.</summary>
    public void Withdraw() => Completed = null;

    /// <summary>Announces the open epochs, after the one that ended.</summary>
    public void Open(BlockRoster blocks, Assignments assignments)
    {
        var through = TellOpen();
        if (Completed is { } completed && completed.Epoch < through) Completed = null;
        for (var block = 0; block < blocks.Count; block++) TellBlock(block, through);
        foreach (var share in assignments.Current.Shares)
            context.Effects.ToWorker(share.Worker, new OpenWorkerEpoch(context.Job, context.Term, context.Lineage, through));
    }

    /// <summary>Tells a block at a boundary that its next epoch is open: it may have missed the message.</summary>
    public void AnswerAtBoundary(BlockState message)
    {
        if (message.Lineage == context.Lineage && context.Plan!.IsBoundary(message.Step) && context.Plan.EpochOf(message.Step) <= OpenThrough)
            TellBlock(message.Block, TellOpen());
    }

    /// <summary>The decision about the ended epoch; null when there is none to make. An epoch computed again is not decided again.</summary>
    public EpochDecided? Decide()
    {
        if (Completed is not { } completed || completed.Epoch != context.History.Decisions.Count) return null;
        var specification = context.History.Specification!;
        return specification.Stop.Decide(
            completed.Epoch, specification.Epochs, MetricsOf(specification, completed.Training, completed.Validation), context.History.Best);
    }

    private void TellBlock(int block, int through) =>
        context.Effects.ToBlock(new OpenBlockEpoch(context.Job, block, context.Term, context.Lineage, through));

    /// <summary>The means of an epoch's sums.</summary>
    private static EpochMetrics MetricsOf(JobSpecification specification, ShardMetrics training, ShardMetrics? validation)
    {
        var classifier = specification.Network.Output == OutputKind.Softmax;
        return new EpochMetrics
        {
            TrainLoss = training.MeanLoss,
            TrainAccuracy = classifier ? training.Accuracy : null,
            ValidationLoss = validation?.MeanLoss,
            ValidationAccuracy = classifier ? validation?.Accuracy : null,
            ValidationMae = classifier ? null : validation?.MeanAbsoluteError,
            ValidationR2 = classifier ? null : validation?.RSquared,
        };
    }
}
