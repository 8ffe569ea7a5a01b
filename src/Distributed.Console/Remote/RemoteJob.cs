using Distributed.Jobs.Checks;
using Distributed.Jobs.Results;
using Distributed.Jobs.Submission;
using Distributed.Models;
using Distributed.Protocol.Identity;

namespace Distributed.Console.Remote;

/// <summary>A job of a server, for commands that compute locally with its model.</summary>
internal static class RemoteJob
{
    /// <summary>A job's name.</summary>
    /// <exception cref="UsageException">The text is not a job name.</exception>
    public static JobId Named(string text) =>
        JobId.TryParse(text, out var id) ? id : throw new UsageException($"'{text}' is not a job's name; 'dtrain jobs' lists them");

    /// <summary>Fetches a model of one checkpoint, also while training continues, and deletes its files.</summary>
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
            // While training continues the server names the step that it sent; without that, only an ended job's step is certain.
            if ((step ?? (detail.End is null ? null : known)) is { } sent) stored[sent] = new StoredCheckpoint(sent, model.Parameters.ToArray(), []);
        }
        return new VerificationSubject(job, detail.Specification, detail.Source, [.. stored.Keys], step => Task.FromResult(stored[step]));
    }
}
