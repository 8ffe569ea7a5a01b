using Distributed.Console.Sessions;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Models;
using Distributed.Protocol.Identity;

namespace Distributed.Console.Remote;

/// <summary>A job of a server, for commands that compute here with what is fetched from there.</summary>
internal static class RemoteJob
{
    /// <summary>A job's name.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static JobId Named(string text) =>
        JobId.TryParse(text, out var id) ? id : throw new UsageException($"'{text}' is not a job's name; 'dtrain jobs' lists them");

    /// <summary>Fetches a model, of one checkpoint while training goes on, and forgets its files.</summary>
    public static async Task<(TrainedModel Model, long? Step)> FetchModelAsync(
        HttpTrainingClient client, JobId job, CheckpointChoice choice, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("dtrain-").FullName;
        try
        {
            return await client.DownloadModelAsync(job, choice, folder, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The best and the last weights of a job as they are now, to be computed again here.</summary>
    public static async Task<VerificationSubject> VerifiableAsync(HttpTrainingClient client, JobId job, CancellationToken cancellation)
    {
        var detail = await client.GetJobAsync(job, cancellation).ConfigureAwait(false);
        var stored = new SortedDictionary<long, StoredCheckpoint>();
        foreach (var (choice, known) in new[] { (CheckpointChoice.Best, detail.BestCheckpoint), (CheckpointChoice.Last, detail.LastCheckpoint) })
        {
            if (known is null) continue;
            var (model, step) = await FetchModelAsync(client, job, choice, cancellation).ConfigureAwait(false);
            // Training goes on: the server says which step it sent. Where it does not, only a job that has ended is sure of it.
            if ((step ?? (detail.End is null ? null : known)) is { } sent) stored[sent] = new StoredCheckpoint(sent, model.Parameters.ToArray(), []);
        }
        return new VerificationSubject(job, detail.Specification, detail.Source, [.. stored.Keys], step => Task.FromResult(stored[step]));
    }
}
