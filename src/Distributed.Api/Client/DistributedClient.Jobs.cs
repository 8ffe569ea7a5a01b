using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;

namespace Distributed.Api.Client;

/// <summary>Jobs: submitted, listed, read, steered.</summary>
public sealed partial class DistributedClient
{
    /// <summary>The most jobs of one page.</summary>
    private const int LongestPage = 100;

    /// <summary>Epochs or lines of one page: about a megabyte.</summary>
    private const int PageOfHistory = 5_000;

    /// <summary>Submits a job; the answer comes once its settings were checked against its data.</summary>
    /// <param name="settings">A job file, see <see cref="SubmitJob"/>: such as <c>new JsonObject { ["data"] = "digits", ["epochs"] = 3 }</c>.</param>
    /// <param name="key">The same key and settings give the same job, once; null for a new key, which covers the retries of this call.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.Unprocessable"/> names the setting at fault.</exception>
    public Task<JobDetail> SubmitJobAsync(JsonObject settings, string? key = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return SubmitJobAsync(Bytes(settings), key, cancellation);
    }

    /// <summary>Submits a job file as it is.</summary>
    /// <param name="jobFile">JSON in UTF-8, see <see cref="SubmitJob"/>.</param>
    /// <param name="key">The same key and settings give the same job, once; null for a new key, which covers the retries of this call.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.Unprocessable"/> names the setting at fault.</exception>
    public Task<JobDetail> SubmitJobAsync(ReadOnlyMemory<byte> jobFile, string? key = null, CancellationToken cancellation = default)
    {
        key ??= Guid.NewGuid().ToString("N");
        return RetryAsync(token => ReadAsync(() =>
        {
            var request = Request(HttpMethod.Post, ApiRoutes.Jobs, Json(jobFile));
            request.Headers.Add(ApiHeaders.IdempotencyKey, key);
            return request;
        }, ApiJson.Default.JobDetail, _options.AnswerTimeout, token), cancellation);
    }

    /// <summary>One page of jobs, newest first.</summary>
    /// <param name="limit">The most jobs of the page, from 1 to 100.</param>
    /// <param name="before">The page before's <see cref="JobList.Next"/>; null for the first page.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DistributedApiException">The request failed.</exception>
    public Task<JobList> GetJobPageAsync(int limit = 50, string? before = null, CancellationToken cancellation = default) =>
        GetAsync($"{ApiRoutes.Jobs}?limit={limit}" + (before is null ? "" : "&before=" + Uri.EscapeDataString(before)), ApiJson.Default.JobList, cancellation);

    /// <summary>Jobs, newest first, fetched by the page while they are enumerated.</summary>
    /// <param name="most">The most jobs; null for all.</param>
    /// <param name="cancellation">Ends the enumeration.</param>
    /// <exception cref="DistributedApiException">A request failed.</exception>
    public async IAsyncEnumerable<JobSummary> ListJobsAsync(int? most = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var left = most ?? int.MaxValue;
        string? before = null;
        while (left > 0)
        {
            var page = await GetJobPageAsync(Math.Min(left, LongestPage), before, cancellation).ConfigureAwait(false);
            foreach (var job in page.Jobs) yield return job;
            left -= page.Jobs.Count;
            if (page.Jobs.Count == 0 || page.Next is null) yield break;
            before = page.Next;
        }
    }

    /// <summary>Everything about a job.</summary>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.NotFound"/> for an unknown job.</exception>
    public Task<JobDetail> GetJobAsync(string job, CancellationToken cancellation = default) => GetAsync(ApiRoutes.Job(job), ApiJson.Default.JobDetail, cancellation);

    /// <summary>A job with its last epochs alone, whose number <see cref="JobSummary.Epochs"/> tells; a gateway of an earlier release answers with all of them.</summary>
    /// <param name="job">The job.</param>
    /// <param name="lastEpochs">How many of them.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.NotFound"/> for an unknown job.</exception>
    public Task<JobDetail> GetJobOutlineAsync(string job, int lastEpochs = 0, CancellationToken cancellation = default) =>
        GetAsync(FormattableString.Invariant($"{ApiRoutes.Job(job)}?last={lastEpochs}"), ApiJson.Default.JobDetail, cancellation);

    /// <summary>The present state of a job that has its turn: workers, blocks, checkpoints, where the time goes.</summary>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.Conflict"/> for a job that has no turn.</exception>
    public Task<JobStatus> GetJobStatusAsync(string job, CancellationToken cancellation = default) =>
        GetAsync(ApiRoutes.JobStatus(job), ApiJson.Default.JobStatus, cancellation);

    /// <summary>A job's epochs, fetched by the page while they are enumerated.</summary>
    /// <param name="job">The job.</param>
    /// <param name="from">The first one's number.</param>
    /// <param name="cancellation">Ends the enumeration.</param>
    /// <exception cref="DistributedApiException">A request failed.</exception>
    public async IAsyncEnumerable<EpochDecided> ListJobEpochsAsync(string job, int from = 0, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (int? next = from; next is { } first;)
        {
            var page = await GetAsync(PageOf(ApiRoutes.JobMetrics(job), first), ApiJson.Default.JobMetrics, cancellation).ConfigureAwait(false);
            foreach (var epoch in page.Epochs)
                if (epoch.Epoch >= first) yield return epoch; // an earlier release answers with all of them
            next = page.Next;
        }
    }

    /// <summary>A job's log, fetched by the page while it is enumerated.</summary>
    /// <param name="job">The job.</param>
    /// <param name="from">The first line's index.</param>
    /// <param name="cancellation">Ends the enumeration.</param>
    /// <exception cref="DistributedApiException">A request failed.</exception>
    public async IAsyncEnumerable<JobLogLine> ListJobLogAsync(string job, int from = 0, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (int? next = from; next is { } first;)
        {
            var page = await GetAsync(PageOf(ApiRoutes.JobLog(job), first), ApiJson.Default.JobLog, cancellation).ConfigureAwait(false);
            foreach (var line in page.Total is null ? page.Lines.Skip(first) : page.Lines) yield return line; // an earlier release answers with all of them
            next = page.Next;
        }
    }

    private static string PageOf(string path, int from) => FormattableString.Invariant($"{path}?from={from}&limit={PageOfHistory}");

    /// <summary>A job's epochs, all in one answer.</summary>
    /// <exception cref="DistributedApiException">The request failed.</exception>
    public Task<JobMetrics> GetJobMetricsAsync(string job, CancellationToken cancellation = default) =>
        GetAsync(ApiRoutes.JobMetrics(job), ApiJson.Default.JobMetrics, cancellation);

    /// <summary>What was decided about a job, and when, all in one answer.</summary>
    /// <exception cref="DistributedApiException">The request failed.</exception>
    public Task<JobLog> GetJobLogAsync(string job, CancellationToken cancellation = default) => GetAsync(ApiRoutes.JobLog(job), ApiJson.Default.JobLog, cancellation);

    /// <summary>Asks a job to pause at a durable checkpoint.</summary>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.Conflict"/> for a job that has ended.</exception>
    public Task<JobSummary> PauseJobAsync(string job, CancellationToken cancellation = default) =>
        PostAsync(ApiRoutes.JobPause(job), null, ApiJson.Default.JobSummary, cancellation);

    /// <summary>Resumes a paused job in its turn.</summary>
    /// <param name="job">The job.</param>
    /// <param name="runSettings">Run settings to change, as members of a job file; null to change none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.Conflict"/> for a job that has ended.</exception>
    public Task<JobSummary> ResumeJobAsync(string job, JsonObject? runSettings = null, CancellationToken cancellation = default) =>
        PostAsync(ApiRoutes.JobResume(job), runSettings is null ? null : Json(Bytes(runSettings)), ApiJson.Default.JobSummary, cancellation);

    /// <summary>Asks a job to end on the weights that it has.</summary>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.Conflict"/> for a job that has ended otherwise.</exception>
    public Task<JobSummary> CancelJobAsync(string job, CancellationToken cancellation = default) =>
        PostAsync(ApiRoutes.JobCancel(job), null, ApiJson.Default.JobSummary, cancellation);

    /// <summary>Deletes a job that has ended, its weights and its journal.</summary>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.Conflict"/> for a job that has not ended.</exception>
    public Task DeleteJobAsync(string job, CancellationToken cancellation = default) => SendOnceAsync(HttpMethod.Delete, ApiRoutes.Job(job), cancellation);

    private static ReadOnlyMemory<byte> Bytes(JsonObject settings)
    {
        using var bytes = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(bytes)) settings.WriteTo(writer);
        return bytes.ToArray();
    }
}
