using Distributed.Cluster;
using Distributed.Jobs.Embedded;
using Distributed.Jobs.Service;
using Distributed.Protocol.Identity;

namespace Distributed.Jobs.Training;

/// <summary>One user's hold on an open store and its cluster.</summary>
internal sealed class StoreLease(OpenStores stores, string path, OpenStore store, string? privateFolder) : IAsyncDisposable
{
    private readonly EmbeddedCluster _cluster = store.Cluster!;

    /// <summary>The store's full path.</summary>
    public string Path => path;

    /// <summary>Whether it is deleted when the lease ends.</summary>
    public bool IsPrivate => privateFolder is not null;

    /// <summary>The store's jobs.</summary>
    public IJobService Jobs => _cluster.Client;

    /// <summary>The worker actors of its cluster.</summary>
    public int Workers => _cluster.Workers;

    /// <summary>Prepares a job and starts it, while no other gets a name in the store.</summary>
    /// <param name="prepare">Names the job.</param>
    /// <param name="cancellation">Ends the wait, and so the start.</param>
    /// <exception cref="TrainingException">The job runs already.</exception>
    public async Task<JobSubmission> StartAsync(Func<CancellationToken, Task<JobSubmission>> prepare, CancellationToken cancellation)
    {
        await store.Naming.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var submission = await prepare(cancellation).ConfigureAwait(false);
            lock (store.Running)
            {
                if (!store.Running.TryAdd(submission.Id.Value, submission.Data.Sha256))
                    throw new TrainingException($"the job {submission.Id} runs already in this process");
            }
            try
            {
                await Jobs.StartAsync(submission, cancellation).ConfigureAwait(false);
                return submission;
            }
            catch
            {
                Ended(submission.Id);
                throw;
            }
        }
        finally
        {
            store.Naming.Release();
        }
    }

    /// <summary>A job that was started rests; its samples leave the memory when no other one needs them.</summary>
    public void Ended(JobId job)
    {
        lock (store.Running)
        {
            if (store.Running.Remove(job.Value, out var samples) && !store.Running.ContainsValue(samples)) _cluster.Datasets.Remove(samples);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await stores.LeaveAsync(path, store, privateFolder).ConfigureAwait(false);
}
