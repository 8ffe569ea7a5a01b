using System.Collections.Concurrent;
using Distributed.Data.Samples;
using Distributed.Protocol.Identity;

namespace Distributed.Cluster.Datasets;

/// <summary>The encoded data sets available to a node's workers, by content: in memory (one-process cluster) or in the node's folder.</summary>
/// <param name="cache">The folder; null for memory only.</param>
public sealed class NodeDatasets(SampleCache? cache = null)
{
    private readonly ConcurrentDictionary<string, SampleSet> _inMemory = new(StringComparer.Ordinal);

    /// <summary>The node's data set folder; null when data sets are kept in memory.</summary>
    public SampleCache? Cache => cache;

    /// <summary>Offers an in-memory data set to the node's own workers.</summary>
    public void Add(EncodedDataSet data)
    {
        ArgumentNullException.ThrowIfNull(data);
        _inMemory[data.Sha256] = new SampleSet(data.Training, data.Validation);
    }

    /// <summary>
    /// Accepts a job's data: offers it to the node's workers and, where there is a folder, to all nodes of the cluster. Evicts data of finished jobs
    /// to make room.
    /// </summary>
    /// <param name="data">The data set.</param>
    /// <param name="isOver">Whether a job submitted here has ended.</param>
    /// <param name="cancellation">Cancels the operation.</param>
    /// <exception cref="TrainingException">The data set does not fit into the folder.</exception>
    public async Task TakeInAsync(EncodedDataSet data, Func<JobId, CancellationToken, Task<bool>> isOver, CancellationToken cancellation)
    {
        try
        {
            await AddAsync(data, cancellation).ConfigureAwait(false);
        }
        catch (TrainingException) when (cache is { HoldingJobs.Count: > 0 })
        {
            foreach (var job in cache.HoldingJobs)
                if (await isOver(job, cancellation).ConfigureAwait(false)) cache.Unhold(job);
            await AddAsync(data, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Keeps the data set of a job submitted here on this node until the job is over.</summary>
    public void Hold(string sha256, JobId job) => cache?.Hold(sha256, job);

    /// <summary>Forgets a data set in memory; those that borrowed it keep it until they give it back.</summary>
    internal void Remove(string sha256) => _inMemory.TryRemove(sha256, out _);

    private Task AddAsync(EncodedDataSet data, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (_inMemory.ContainsKey(data.Sha256)) return Task.CompletedTask;
        if (cache is not null) return cache.AddAsync(data, cancellation);
        Add(data);
        return Task.CompletedTask;
    }

    /// <summary>Borrows a data set until the result is disposed; null when it is not here.</summary>
    public BorrowedSamples? Borrow(string sha256) =>
        _inMemory.TryGetValue(sha256, out var samples) ? new BorrowedSamples(samples, null) : cache?.Borrow(sha256);
}
