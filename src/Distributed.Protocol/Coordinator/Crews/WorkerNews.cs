using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator.Crews;

/// <summary>What watchers hear about a job's workers: the start, changes of their number, and that there are too few. Lasts over lineages.</summary>
internal sealed class WorkerNews(RunContext context)
{
    private bool _isUnderWay; // this coordinator has assigned a worker
    private bool _announcedWaiting;
    private TimeSpan? _waitingSince;

    /// <summary>Workers of this coordinator's first assignment, when the journal knows of none before; null while there is none.</summary>
    public int? FirstWorkers { get; private set; }

    /// <summary>Workers are assigned.</summary>
    public void Assigned(int before, int count)
    {
        _announcedWaiting = false;
        if (_isUnderWay)
        {
            if (before != count) context.Effects.Publish(new WorkersChanged(context.Job, count));
            return;
        }
        _isUnderWay = true;
        if (context.History.HasBegun) PublishStart(count);
        else FirstWorkers = count; // told once it is in the journal
    }

    public void PublishStart(int workers) =>
        context.Effects.Publish(new JobStarted(
            context.Job, context.History.Lineage!.CheckpointStep ?? 0, context.Plan!.TotalSteps, context.Plan.StepsPerEpoch, workers));

    public void Working() => _waitingSince = null;

    /// <summary>No worker computes. Watchers hear why after a moment, once.</summary>
    public void Waiting(Crew crew)
    {
        _waitingSince ??= context.Now;
        if (_announcedWaiting || context.Now - _waitingSince < context.Times.SayWaitingAfter) return;
        _announcedWaiting = true;
        context.Effects.Publish(new JobWaiting(context.Job, crew.WaitingReason()));
    }
}
