using Distributed.Learning.Networks;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator.Lineages;

/// <summary>How far the lineage is, by block 0's word, and how fast.</summary>
internal sealed class TrainingProgress(RunContext context, EpochGate gate)
{
    private TimeSpan _at;

    /// <summary>Block 0's last word; null before the first.</summary>
    public StepsProgressed? Last { get; private set; }

    /// <summary>Between the last two words; 0 while unknown.</summary>
    public double StepsPerSecond { get; private set; }

    /// <summary>Steps done, as far as the coordinator heard.</summary>
    public long StepsDone => Last?.Step ?? gate.CompletedStep ?? context.History.Lineage?.CheckpointStep ?? 0;

    /// <summary>Block 0 tells how far it is, and watchers hear it. False when the word is of the past.</summary>
    /// <param name="message">Its word.</param>
    /// <param name="workers">Workers that are assigned.</param>
    public bool Hear(StepsProgressed message, int workers)
    {
        if (message.Lineage != context.Lineage || context.Plan is null || message.Step <= (Last?.Step ?? -1)) return false;
        if (Last is { } last && context.Now > _at) StepsPerSecond = (message.Step - last.Step) / (context.Now - _at).TotalSeconds;
        Last = message;
        _at = context.Now;
        if (message.Step > 0)
            context.Effects.Publish(new JobProgressed(
                context.Job, context.Plan.EpochOf(message.Step - 1), message.Step, message.Totals.Samples, message.Totals.MeanLoss,
                context.History.Specification!.Network.Output == OutputKind.Softmax ? message.Totals.Accuracy : null, workers));
        return true;
    }
}
