using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Models.Export;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Sessions;

/// <summary>Finds what a new job of this store needs beyond its settings: samples, a free name, the job that <c>--from</c> names.</summary>
internal static class NewJob
{
    /// <summary>The new job's name: the given one when it is free, otherwise the next free one.</summary>
    /// <exception cref="UsageException">The given one is taken.</exception>
    public static async Task<JobId> NameAsync(ITrainingClient client, JobId? given, string dataName, string store, bool isNewStore)
    {
        if (given is { } name)
        {
            if (await client.FindJobAsync(name, CancellationToken.None).ConfigureAwait(false) is null) return name;
            throw new UsageException($"--name: the store {store} has a job {name} already; choose another name, or go on with it: dtrain resume {name}");
        }
        var jobs = isNewStore ? [] : await client.ListJobsAsync(CancellationToken.None).ConfigureAwait(false);
        var taken = jobs.Select(j => j.Id).ToHashSet();
        return JobNames.Next(dataName, id => taken.Contains(id) || Directory.Exists(DefaultFolder(id)));
    }

    /// <summary>The default folder of a job's results.</summary>
    public static string DefaultFolder(JobId job) => Path.Combine("runs", job.Value);

    /// <summary>Weights that come from a file, checked against the new job's network.</summary>
    /// <exception cref="UsageException">The file cannot be read, or its tensors are not the network's.</exception>
    public static (float[] Weights, string? Note) ReadWeights(string file, NetworkSpecification network) =>
        Named(network, () => (ModelExport.ReadWeights(file, network, out var note), note));

    /// <summary>The weights of a known hash that come from a file; of another hash where the file holds others.</summary>
    /// <exception cref="UsageException">The file cannot be read, or its tensors are not the network's.</exception>
    public static float[] ReadWeights(string file, NetworkSpecification network, string weightsSha256) =>
        Named(network, () => ModelExport.ReadWeights(file, network, weightsSha256));

    private static T Named<T>(NetworkSpecification network, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (DataException e)
        {
            throw new UsageException($"--initial-weights: {e.Message} (layers of {OtherJob.Widths(network)})", e);
        }
    }

    /// <summary>The specification's record of initial weights from a file.</summary>
    public static InitialWeights Describe(string file, float[] weights) => new(ParameterHash.Compute(weights), $"file {Path.GetFileName(file)}");

    /// <summary>The job of a name, or an error that names the nearest.</summary>
    /// <exception cref="UsageException">There is no such job.</exception>
    public static async Task<JobRecord> FindAsync(ITrainingClient client, JobId name, string store, string flag)
    {
        if (await client.FindJobAsync(name, CancellationToken.None).ConfigureAwait(false) is { } record) return record;
        var jobs = await client.ListJobsAsync(CancellationToken.None).ConfigureAwait(false);
        var hint = NearestName.Hint(name.Value, jobs.Select(j => j.Id.Value));
        throw new UsageException($"{flag}there is no job '{name}' in {store}{(jobs.Count == 0 ? ", which holds none" : " ('dtrain jobs' lists them)")}{hint}");
    }

    /// <summary>Reads the samples.</summary>
    public static EncodedDataSet Load(DataSettings source) => DataSets.Load(source);
}
