using Distributed.Cluster.Messages;
using Distributed.Cluster.Searches;
using Distributed.Data.Samples;
using Distributed.Jobs.Results;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Service;

/// <summary>How jobs get to their coordinators: at once, or through the cluster's queue.</summary>
internal interface IJobDispatch
{
    /// <summary>The next free name for a job on some data.</summary>
    Task<JobId> NextNameAsync(string dataName, Func<JobId, bool> isTakenToo, CancellationToken cancellation);

    /// <summary>Keeps a job's data on this node, where the workers fetch it.</summary>
    Task TakeInAsync(EncodedDataSet data, CancellationToken cancellation);

    /// <summary>Lets a job start whose data, initial weights and encoding are stored.</summary>
    /// <param name="submission">The job.</param>
    /// <param name="initial">The stored weights it begins from; null for random ones.</param>
    /// <param name="encodingId">Where its encoding is stored; null for a job that is resumed.</param>
    /// <param name="cancellation">Ends the wait, not the job.</param>
    Task<QueueAnswered> StartAsync(JobSubmission submission, Checkpoint? initial, string? encodingId, CancellationToken cancellation);

    /// <summary>Changes a job's course.</summary>
    Task<QueueAnswered> SteerAsync(JobId job, JobSteering steering, RunOptions? options, CancellationToken cancellation);

    /// <summary>Ends a trial's job for a reason; complete once it has ended.</summary>
    Task EndAsync(JobId job, StopReason reason, CancellationToken cancellation);

    /// <summary>Starts a new search, or resumes the unfinished one of a known id.</summary>
    /// <param name="search">The search.</param>
    /// <param name="trials">Runs its trials.</param>
    /// <param name="running">Is told what it decides.</param>
    /// <param name="cancellation">Ends the wait, not the search.</param>
    Task StartSearchAsync(SearchSubmission search, ITrialRunner trials, RunningSearch running, CancellationToken cancellation);

    /// <summary>The job's events from now on.</summary>
    IAsyncEnumerable<JobEvent> WatchAsync(JobId job, CancellationToken cancellation);

    /// <summary>The job's present state, from its coordinator.</summary>
    Task<JobStatus> GetStatusAsync(JobId job, CancellationToken cancellation);

    /// <summary>One job; null when the name is unknown.</summary>
    Task<JobRecord?> FindAsync(JobId job, CancellationToken cancellation);
}
