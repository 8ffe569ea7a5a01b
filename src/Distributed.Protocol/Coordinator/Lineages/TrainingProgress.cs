using Distributed.Learning.Networks;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator.Lineages;

/// <summary>The lineage's progress and speed, as block 0 reports them.</summary>
internal sealed class TrainingProgress(RunContext context, EpochGate gate)
{
    private TimeSpan _at;

    /// <summary>Block 0's last report; null before the first.</summary>
    public StepsProgressed? Last { get; private set; }

    /// <summary>Speed between the last two reports; 0 while unknown.</summary>
    public double StepsPerSecond { get; private set; }

    /// <summary>Steps done, as far as the coordinator knows.</summary>
    public long StepsDone => Last?.Step ?? gate.CompletedStep ?? context.History.Lineage?.CheckpointStep ?? 0;

    /// <summary>Whether the lineage has made a step.</summary>
    public bool HasAdvanced => Last?.Step > (context.History.Lineage?.CheckpointStep ?? 0);

    /// <summary>Block 0 reports progress, which is passed on to watchers. False when the message is stale.</summary>
    /// <param name="message">Its report.</param>
    /// <param name="workers">Workers that are assigned.</param>
    public bool Hear(StepsProgressed message, int workers)
    {
        if (message.Lineage != context.Lineage || context.Plan is null || message.Step <= (Last?.Step ?? -1)) return false;
        if (Last is { } last && context.Now > _at) StepsPerSecond = (message.Step - last.Step) / (context.Now - _at).TotalSeconds;
        Last = message;
        _at = context.Now;
        if (message.Step > 0 && context.History.HasBegun) // watchers hear of the start first; the first steps may be faster than the journal
            context.Effects.Publish(new JobProgressed(
                context.Job, context.Plan.EpochOf(message.Step - 1), message.Step, message.Totals.Samples, message.Totals.MeanLoss,
                context.History.Specification!.Network.Output == OutputKind.Softmax ? message.Totals.Accuracy : null, workers));
        return true;
    }
}
