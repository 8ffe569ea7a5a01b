using Distributed.Protocol.Identity;
using Distributed.Protocol.Queue;

namespace Distributed.Cluster.Queue;

/// <summary>The run views of jobs that have a coordinator.</summary>
internal sealed class RunningPictures(JobQueue queue)
{
    private readonly Dictionary<JobId, RunningJobView> _pictures = []; // bounded by the queue's open jobs

    /// <summary>A job's run view; null for one that has ended or was never queued.</summary>
    public RunningJobView? Find(JobId job)
    {
        if (queue.Find(job) is not { End: null }) return null;
        if (!_pictures.TryGetValue(job, out var picture)) _pictures[job] = picture = new RunningJobView();
        return picture;
    }

    /// <summary>A job's run view; null for one that has ended or has not reported.</summary>
    public RunningJobView? Heard(QueueEntry entry) => entry.End is null ? _pictures.GetValueOrDefault(entry.Job) : null;

    /// <summary>Drops the view of a finished job.</summary>
    public void Forget(JobId job) => _pictures.Remove(job);
}
