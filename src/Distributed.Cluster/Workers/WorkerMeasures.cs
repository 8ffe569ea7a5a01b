using Distributed.Cluster.Compute;
using Distributed.Cluster.Measures;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Strides;

namespace Distributed.Cluster.Workers;

/// <summary>Reports a worker's speed and step timings to its coordinator about once a second, while it trains.</summary>
/// <param name="job">The job.</param>
/// <param name="worker">The worker.</param>
/// <param name="speed">The speed of its compute threads.</param>
internal sealed class WorkerMeasures(JobId job, WorkerId worker, TrainingSpeed speed)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly StepTimes _times = StepTimes.OfWorker(job, worker);
    private TimeSpan _dueAt;
    private bool _isWarm; // freshly started code is slow and says nothing about the machine

    /// <summary>The worker begins to compute shards of a step.</summary>
    public void Begin(long step) => _times.Begin(step);

    /// <summary>A part of the step's shards, possibly the last, is done.</summary>
    public void End(long step) => _times.End(step);

    /// <summary>The worker has made a stride.</summary>
    public void Record(Stride stride, StrideClock clock) => _times.Record(stride, clock.ComputeSeconds, clock.UpdateSeconds);

    /// <summary>Takes the report if one is due; otherwise null. The first measurement is skipped.</summary>
    public WorkerMeasured? TakeDue(TimeSpan now)
    {
        if (now < _dueAt) return null;
        _dueAt = now + Interval;
        if (speed.Take() is not { } samplesPerSecond) return null;
        var wasWarm = _isWarm;
        _isWarm = true;
        return wasWarm ? new WorkerMeasured(job, worker, samplesPerSecond, _times.Work, _times.Wait) : null;
    }
}
