using System.Collections.Concurrent;
using Distributed.Data.Samples;
using Distributed.Protocol.Identity;

namespace Distributed.Cluster.Datasets;

/// <summary>The encoded data sets that a node's workers can have, by content: in memory (the one-process cluster), or in the node's folder.</summary>
/// <param name="cache">The folder; null for memory alone.</param>
public sealed class NodeDatasets(SampleCache? cache = null)
{
    private readonly ConcurrentDictionary<string, SampleSet> _inMemory = new(StringComparer.Ordinal);

    /// <summary>The node's folder of data sets; null when it keeps them in memory.</summary>
    public SampleCache? Cache => cache;

    /// <summary>Offers a data set that lies in memory to the node's own workers.</summary>
    public void Add(EncodedDataSet data)
    {
        ArgumentNullException.ThrowIfNull(data);
        _inMemory[data.Sha256] = new SampleSet(data.Training, data.Validation);
    }

    /// <summary>
    /// Takes in a job's data: offers it to the node's workers, and where there is a folder, to all nodes of the cluster. Data of jobs that are
    /// over makes room.
    /// </summary>
    /// <param name="data">The data set.</param>
    /// <param name="isOver">Whether a job that came in here has ended.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="TrainingException">It does not fit into the folder.</exception>
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

    /// <summary>A job came in here with a data set that was taken in: it stays on this node until the job is over.</summary>
    public void Hold(string sha256, JobId job) => cache?.Hold(sha256, job);

    private Task AddAsync(EncodedDataSet data, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (_inMemory.ContainsKey(data.Sha256)) return Task.CompletedTask;
        if (cache is not null) return cache.AddAsync(data, cancellation);
        Add(data);
        return Task.CompletedTask;
    }

    /// <summary>A data set for as long as the result is not disposed; null when it is not here.</summary>
    public BorrowedSamples? Borrow(string sha256) =>
        _inMemory.TryGetValue(sha256, out var samples) ? new BorrowedSamples(samples, null) : cache?.Borrow(sha256);
}
