using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Identity;

namespace Distributed.Console.Sessions;

/// <summary>Finds what a new job of this store needs beyond its settings: a free name, the job that <c>--from</c> names.</summary>
internal static class NewJob
{
    /// <summary>The new job's name: the given one when it is free, otherwise the next free one.</summary>
    /// <exception cref="UsageException">The given one is taken.</exception>
    public static async Task<JobId> NameAsync(IJobService client, JobId? given, string dataName, string store)
    {
        if (given is { } wanted)
        {
            if (await client.FindJobAsync(wanted, CancellationToken.None).ConfigureAwait(false) is null) return wanted;
            throw new UsageException($"--name: the store {store} has a job {wanted} already; choose another name, or go on with it: dtrain resume {wanted}");
        }
        return await client.NextNameAsync(dataName, name => Directory.Exists(DefaultFolder(name)), CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>The default folder of a job's results.</summary>
    public static string DefaultFolder(JobId job) => Path.Combine("runs", job.Value);

    /// <summary>The job of a name, or an error that names the nearest.</summary>
    /// <exception cref="UsageException">There is no such job.</exception>
    public static async Task<JobRecord> FindAsync(IJobResults jobs, JobId name, string store, string flag)
    {
        if (await jobs.FindJobAsync(name, CancellationToken.None).ConfigureAwait(false) is { } record) return record;
        var known = await jobs.ListJobsAsync(CancellationToken.None).ConfigureAwait(false);
        var hint = NearestName.Hint(name.Value, known.Select(j => j.Id.Value));
        throw new UsageException($"{flag}there is no job '{name}' in {store}{(known.Count == 0 ? ", which holds none" : " ('dtrain jobs' lists them)")}{hint}");
    }
}
