using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator.Crews;

/// <summary>What watchers hear about a job's workers: the start, changes in number, and shortages. Survives lineages.</summary>
internal sealed class WorkerNews(RunContext context)
{
    private bool _isUnderWay; // this coordinator has already assigned a worker
    private bool _announcedWaiting;
    private TimeSpan? _waitingSince;

    /// <summary>Workers of this coordinator's first assignment, when the journal records none earlier; null for none.</summary>
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
        else FirstWorkers = count; // published once it is in the journal
    }

    public void PublishStart(int workers) =>
        context.Effects.Publish(new JobStarted(
            context.Job, context.History.Lineage!.CheckpointStep ?? 0, context.Plan!.TotalSteps, context.Plan.StepsPerEpoch, workers));

    public void Working() => _waitingSince = null;

    /// <summary>No worker computes. Watchers hear the reason once, after a short delay.</summary>
    public void Waiting(Crew crew)
    {
        _waitingSince ??= context.Now;
        if (_announcedWaiting || context.Now - _waitingSince < context.Times.SayWaitingAfter) return;
        _announcedWaiting = true;
        context.Effects.Publish(new JobWaiting(context.Job, crew.WaitingReason()));
    }
}
