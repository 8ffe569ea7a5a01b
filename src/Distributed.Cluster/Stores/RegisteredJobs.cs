using Distributed.Cluster.Messages;
using Distributed.Protocol.Queue;

namespace Distributed.Cluster.Stores;

/// <summary>Which jobs a store holds, in order of submission: the events of the directory's journal, applied one after the other.</summary>
internal sealed class RegisteredJobs
{
    private readonly List<JobRegistered> _jobs = [];

    public IReadOnlyList<JobRegistered> Jobs => _jobs;

    public void Apply(JobRegistered registered)
    {
        if (!_jobs.Exists(known => known.Job == registered.Job)) _jobs.Add(registered);
    }

    /// <summary>The rest of the events concerns the queue only.</summary>
    public void Apply(QueueEvent queueEvent)
    {
        switch (queueEvent)
        {
            case JobForgotten forgotten:
                _jobs.RemoveAll(known => known.Job == forgotten.Job);
                break;
            case JobQueued queued when _jobs.FindIndex(known => known.Job == queued.Job) is >= 0 and var at:
                _jobs[at] = _jobs[at] with { EncodingId = queued.Submission.Facts.EncodingId };
                break;
        }
    }
}
