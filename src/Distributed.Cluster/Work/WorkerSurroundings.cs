using Akka.Actor;
using Distributed.Learning.Data;
using Distributed.Protocol;

namespace Distributed.Cluster;

/// <summary>From the loading task to its worker: the job's data set is in the node's catalog.</summary>
internal sealed record DataPresent(JobId Job);

/// <summary>From the loading task to its worker: the job's data set cannot be had on this node.</summary>
internal sealed record DataMissing(JobId Job, string Reason);

/// <summary>What a node's workers share.</summary>
internal sealed record WorkerSurroundings(
    IActorRef Coordinators, IActorRef Blocks, IActorRef Directory, DataCatalog Catalog, DataPlane Plane)
{
    private static readonly TimeSpan DirectoryBound = TimeSpan.FromSeconds(10);

    /// <summary>Loads a job's data set into the catalog from where the directory says that it comes from; ends with a message to the worker.</summary>
    public async Task<object> LoadDataAsync(JobId job, string sha256)
    {
        try
        {
            var answer = await Directory.Ask<JobLookedUp>(new GetJob(job), DirectoryBound).ConfigureAwait(false);
            if (answer.Found is not { } noted) return new DataMissing(job, $"nobody knows where the data of {job} comes from");
            await Catalog.LoadAsync(sha256, noted.Source).ConfigureAwait(false);
            return new DataPresent(job);
        }
        catch (AskTimeoutException)
        {
            return new DataMissing(job, "the directory of jobs does not answer");
        }
        catch (DataException e)
        {
            return new DataMissing(job, $"the data set is not on this node: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            return new DataMissing(job, $"the data set cannot be loaded on this node: {e.Message}");
        }
    }
}
