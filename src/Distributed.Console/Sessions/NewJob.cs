using Distributed.Cluster;
using Distributed.Console.Options;
using Distributed.Learning;
using Distributed.Learning.Data;
using Distributed.Learning.Models;
using Distributed.Protocol;

namespace Distributed.Console.Sessions;

/// <summary>Makes a job that is ready to be submitted of settings, data and, with <c>--from</c>, another job.</summary>
internal static class NewJob
{
    /// <summary>
    /// The settings with what another job decides where nothing was given: its samples and its network, since its weights mean nothing
    /// elsewhere. Optimizer, epochs and the like are the new job's own.
    /// </summary>
    public static TrainSettings Inherit(TrainSettings settings, bool seedGiven, JobRecord from)
    {
        var (network, source) = (from.Specification.Network, from.Source);
        if (settings.Data is null)
        {
            settings = settings with
            {
                Data = source.Source,
                Target = settings.Target ?? source.Target,
                Task = settings.Task ?? source.Task,
                Ignore = settings.Ignore.Count > 0 ? settings.Ignore : source.Ignore,
                Text = settings.Text.Count > 0 ? settings.Text : source.Text,
                Validation = settings.Validation ?? source.Validation,
                Seed = seedGiven ? settings.Seed : source.Seed,
            };
        }
        return settings with
        {
            Hidden = settings.Hidden ?? network.Hidden,
            Activation = settings.Activation ?? network.Activation,
        };
    }

    /// <summary>The other job's last weights, checked against the new job's network.</summary>
    /// <exception cref="UsageException">It has no checkpoint, or its network has another layout.</exception>
    public static async Task<float[]> WeightsOfAsync(ITrainingClient client, JobRecord from, NetworkSpecification network)
    {
        var (theirs, ours) = (Widths(from.Specification.Network), Widths(network));
        if (theirs != ours) throw new UsageException($"--from: {from.Id} has layers of {theirs}, this job {ours}; equal layers would be right");
        if (from.LastCheckpoint is null) throw new UsageException($"--from: {from.Id} has no checkpoint yet; 'dtrain resume {from.Id}' goes on with it");
        return await client.ReadWeightsAsync(from.Id, CheckpointChoice.Last, CancellationToken.None).ConfigureAwait(false);
    }

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

    /// <summary>Where a job's results go when nobody says so.</summary>
    public static string DefaultFolder(JobId job) => Path.Combine("runs", job.Value);

    /// <summary>What the specification records of the weights that the job begins with.</summary>
    public static InitialWeights Describe(JobRecord from, float[] weights) =>
        new(ParameterHash.Compute(weights), $"job {from.Id}, step {from.LastCheckpoint}");

    /// <summary>The job of a name, or an error that names the nearest.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static async Task<JobRecord> FindAsync(ITrainingClient client, JobId name, string store, string flag)
    {
        if (await client.FindJobAsync(name, CancellationToken.None).ConfigureAwait(false) is { } record) return record;
        var jobs = await client.ListJobsAsync(CancellationToken.None).ConfigureAwait(false);
        var hint = NearestName.Hint(name.Value, jobs.Select(j => j.Id.Value));
        throw new UsageException($"{flag}there is no job '{name}' in {store}{(jobs.Count == 0 ? ", which holds none" : " ('dtrain jobs' lists them)")}{hint}");
    }

    /// <summary>Reads the samples.</summary>
    public static EncodedDataSet Load(DataSettings source) => DataSets.Load(source);

    private static string Widths(NetworkSpecification network) => string.Join(" → ", [network.Inputs, .. network.Hidden, network.Outputs]);
}
