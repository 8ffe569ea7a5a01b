using System.Diagnostics;
using System.Diagnostics.Metrics;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Strides;

namespace Distributed.Cluster.Measures;

/// <summary>
/// Where the time of one worker's or block's steps goes, alternating between work and wait: recorded to the meter, with recent values kept for the
/// job's status. Not thread-safe.
/// </summary>
internal sealed class StepTimes
{
    private readonly Histogram<double> _work;
    private readonly Histogram<double> _wait;
    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly RecentTimes _recentWork = new();
    private readonly RecentTimes _recentWait = new();
    private long _step = -1;
    private long _began; // when this step's work began
    private long _ended; // when its latest work ended; 0 while there is none

    private StepTimes(Histogram<double> work, Histogram<double> wait, JobId job, string tag, object value)
    {
        _work = work;
        _wait = wait;
        _tags = [new("job", job.Value), new(tag, value)];
    }

    public static StepTimes OfWorker(JobId job, WorkerId worker) =>
        new(ClusterMeter.WorkerCompute, ClusterMeter.WorkerWait, job, "worker", worker.Value);

    public static StepTimes OfBlock(JobId job, int block) => new(ClusterMeter.BlockUpdate, ClusterMeter.BlockWait, job, "block", block);

    /// <summary>Recent work time per step; null before the first.</summary>
    public StepTiming? Work => _recentWork.Summarize();

    /// <summary>Recent wait time per step; null before the first.</summary>
    public StepTiming? Wait => _recentWait.Summarize();

    /// <summary>Steps with recorded work.</summary>
    public long Count => _recentWork.Count;

    /// <summary>Begins work on a step and records the previous step's work and the wait since then, except after a gap or a rewind.</summary>
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

    /// <summary>Records a step whose work began at this time stamp and ends now, with the wait before it.</summary>
    public void Record(long step, long began)
    {
        var now = Stopwatch.GetTimestamp();
        Record(_work, _recentWork, began, now);
        if (step == _step + 1) Record(_wait, _recentWait, _ended, began);
        (_step, _ended) = (step, now);
    }

    /// <summary>Records the mean of a stride's steps, as one.</summary>
    /// <param name="stride">The stride.</param>
    /// <param name="work">The work of all its steps, in seconds.</param>
    /// <param name="wait">Their wait.</param>
    public void Record(Stride stride, double work, double wait)
    {
        if (stride.Steps == 0) return;
        Record(_work, _recentWork, work / stride.Steps);
        Record(_wait, _recentWait, wait / stride.Steps);
        (_step, _ended) = (stride.Step - 1, Stopwatch.GetTimestamp());
    }

    /// <summary>A part of the step's work, possibly the last, is done.</summary>
    public void End(long step)
    {
        if (step == _step) _ended = Stopwatch.GetTimestamp();
    }

    private void Record(Histogram<double> histogram, RecentTimes recent, long from, long to) =>
        Record(histogram, recent, Stopwatch.GetElapsedTime(from, to).TotalSeconds);

    private void Record(Histogram<double> histogram, RecentTimes recent, double seconds)
    {
        recent.Add(seconds);
        if (histogram.Enabled) histogram.Record(seconds, _tags);
    }
}
