using System.Diagnostics;
using System.Diagnostics.Metrics;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Measures;

/// <summary>Where the time of one worker's or block's steps goes: work and wait in turn, for whoever listens to the meter, and the latest of it for the
/// job's status. One thread at a time.</summary>
internal sealed class StepTimes
{
    private readonly Histogram<double> _work;
    private readonly Histogram<double> _wait;
    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly RecentTimes _recentWork = new();
    private readonly RecentTimes _recentWait = new();
    private long _step = -1;
    private long _began; // of this step's work
    private long _ended; // of the last of it; 0 while there is none

    private StepTimes(Histogram<double> work, Histogram<double> wait, JobId job, string tag, object value)
    {
        _work = work;
        _wait = wait;
        _tags = [new("job", job.Value), new(tag, value)];
    }

    public static StepTimes OfWorker(JobId job, WorkerId worker) =>
        new(ClusterMeter.WorkerCompute, ClusterMeter.WorkerWait, job, "worker", worker.Value);

    public static StepTimes OfBlock(JobId job, int block) => new(ClusterMeter.BlockUpdate, ClusterMeter.BlockWait, job, "block", block);

    /// <summary>What the work of a step took of late; null before the first.</summary>
    public StepTiming? Work => _recentWork.Summarize();

    /// <summary>What the wait of a step took of late; null before the first.</summary>
    public StepTiming? Wait => _recentWait.Summarize();

    /// <summary>Steps whose work was recorded.</summary>
    public long Count => _recentWork.Count;

    /// <summary>Work on a step begins. The one before it is over: its work, and the wait since, are recorded; not so after a gap or a rewind.</summary>
    public void Begin(long step)
    {
        if (step == _step) return;
        var now = Stopwatch.GetTimestamp();
        if (step == _step + 1 && _ended != 0)
        {
            Record(_work, _recentWork, _began, _ended);
            Record(_wait, _recentWait, _ended, now);
        }
        (_step, _began, _ended) = (step, now, 0);
    }

    /// <summary>A step whose work began at that time stamp and ends now: recorded with the wait before it.</summary>
    public void Record(long step, long began)
    {
        var now = Stopwatch.GetTimestamp();
        Record(_work, _recentWork, began, now);
        if (step == _step + 1) Record(_wait, _recentWait, _ended, began);
        (_step, _ended) = (step, now);
    }

    /// <summary>A piece of the step's work, perhaps its last one, is done.</summary>
    public void End(long step)
    {
        if (step == _step) _ended = Stopwatch.GetTimestamp();
    }

    private void Record(Histogram<double> histogram, RecentTimes recent, long from, long to)
    {
        var seconds = Stopwatch.GetElapsedTime(from, to).TotalSeconds;
        recent.Add(seconds);
        if (histogram.Enabled) histogram.Record(seconds, _tags);
    }
}
