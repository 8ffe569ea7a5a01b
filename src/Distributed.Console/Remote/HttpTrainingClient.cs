using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Distributed.Api;
using Distributed.Cluster;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Models;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Nodes;
using Distributed.Protocol.Queue;

namespace Distributed.Console.Remote;

/// <summary>
/// A cluster behind its HTTP API: all that a console knows of it is one address. Reading is tried again when the connection breaks; what
/// changes something is sent once, except a submission, which carries a key that makes it the same one.
/// </summary>
internal sealed partial class HttpTrainingClient : IJobClient, IDisposable
{
    private const int Attempts = 4;
    private const int LongestPage = 100;
    private const long LongestAnswer = 64 << 20;

    /// <summary>Time limit for an answer to begin; uploads and downloads have none.</summary>
    private static readonly TimeSpan AnswerBound = TimeSpan.FromSeconds(100);

    private readonly HttpClient _http;
    private readonly TimeProvider _clock;
    private readonly Action<string> _notice;

    /// <param name="server">http://host:port, perhaps with a path before <c>/api</c>.</param>
    /// <param name="key">The API key; null for none.</param>
    /// <param name="handler">What carries requests; owned by the client from here on.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="notice">Called when a connection broke and is retried.</param>
    public HttpTrainingClient(Uri server, string? key, HttpMessageHandler handler, TimeProvider clock, Action<string> notice)
    {
        Server = new Uri(server.GetLeftPart(UriPartial.Path).TrimEnd('/'));
        (_clock, _notice) = (clock, notice);
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("dtrain");
        if (key is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>Where the server is.</summary>
    public Uri Server { get; }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Submits a job.</summary>
    /// <param name="jobFile">A JSON object of settings, see <see cref="SubmitJob"/>.</param>
    /// <param name="key">The same key and settings give the same job, once, so that a submission can be retried after a lost answer.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<JobDetail> SubmitAsync(byte[] jobFile, string key, CancellationToken cancellation) => RepeatAsync(async () =>
    {
        using var request = Request(HttpMethod.Post, ApiRoutes.Jobs);
        request.Content = Json(jobFile);
        request.Headers.Add(ApiHeaders.IdempotencyKey, key);
        return await ReadAsync(request, ApiJson.Default.JobDetail, cancellation).ConfigureAwait(false);
    }, cancellation);

    /// <summary>Every job, newest first, page by page up to a bound.</summary>
    public async Task<IReadOnlyList<JobSummary>> ListAsync(int most, CancellationToken cancellation)
    {
        var jobs = new List<JobSummary>();
        string? before = null;
        do
        {
            var path = $"{ApiRoutes.Jobs}?limit={Math.Min(most - jobs.Count, LongestPage)}" + (before is null ? "" : "&before=" + Uri.EscapeDataString(before));
            var page = await GetAsync(path, ApiJson.Default.JobList, cancellation).ConfigureAwait(false);
            jobs.AddRange(page.Jobs);
            before = page.Jobs.Count > 0 ? page.Next : null;
        }
        while (before is not null && jobs.Count < most);
        return jobs;
    }

    /// <summary>Everything about a job.</summary>
    /// <exception cref="UsageException">There is no job of that name.</exception>
    public Task<JobDetail> GetJobAsync(JobId job, CancellationToken cancellation) =>
        GetAsync(ApiRoutes.Job(job.Value), ApiJson.Default.JobDetail, cancellation);

    /// <summary>How a job that has its turn is at this moment.</summary>
    /// <exception cref="UsageException">There is no job of that name, or it has no turn.</exception>
    /// <exception cref="TrainingException">Its coordinator does not answer for now.</exception>
    public Task<JobStatus> GetStatusAsync(JobId job, CancellationToken cancellation) =>
        GetAsync(ApiRoutes.JobStatus(job.Value), ApiJson.Default.JobStatus, cancellation);

    /// <summary>Resumes a paused job in its turn.</summary>
    /// <param name="job">The job.</param>
    /// <param name="runSettings">A JSON object of run settings; null to change none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<JobSummary> ResumeAsync(JobId job, byte[]? runSettings, CancellationToken cancellation) =>
        PostAsync(ApiRoutes.JobResume(job.Value), runSettings is null ? null : Json(runSettings), ApiJson.Default.JobSummary, cancellation);

    /// <summary>Asks for a pause; returns the job's state.</summary>
    public Task<JobSummary> RequestPauseAsync(JobId job, CancellationToken cancellation) =>
        PostAsync(ApiRoutes.JobPause(job.Value), null, ApiJson.Default.JobSummary, cancellation);

    /// <summary>Asks for the end; returns the job's state.</summary>
    public Task<JobSummary> RequestCancelAsync(JobId job, CancellationToken cancellation) =>
        PostAsync(ApiRoutes.JobCancel(job.Value), null, ApiJson.Default.JobSummary, cancellation);

    /// <summary>Members of the cluster.</summary>
    public async Task<IReadOnlyList<NodeInfo>> NodesAsync(CancellationToken cancellation) =>
        (await GetAsync(ApiRoutes.Nodes, ApiJson.Default.NodeList, cancellation).ConfigureAwait(false)).Nodes;

    /// <summary>Fetches a job's model folder in one request, so that it is of one checkpoint while training continues.</summary>
    /// <param name="job">The job.</param>
    /// <param name="choice">Which checkpoint.</param>
    /// <param name="folder">Where the files go; made already.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The model, checked against the hash that came with it, and the checkpoint's step if the server said it.</returns>
    public Task<(TrainedModel Model, long? Step)> DownloadModelAsync(JobId job, CheckpointChoice choice, string folder, CancellationToken cancellation) =>
        RepeatAsync(async () =>
        {
            using var request = Request(HttpMethod.Get, ApiRoutes.JobModel(job.Value) + (choice == CheckpointChoice.Best ? "?checkpoint=best" : "?checkpoint=last"));
            using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
            await ServerAnswer.RequireSuccessAsync(response, Server, cancellation).ConfigureAwait(false);
            var packed = Path.Combine(folder, "model.zip.partial");
            await using (var to = new FileStream(packed, FileMode.Create, FileAccess.Write, FileShare.None))
                await response.Content.CopyToAsync(to, cancellation).ConfigureAwait(false);
            Unpack(packed, folder);
            File.Delete(packed);
            long? step = response.Headers.TryGetValues(ApiHeaders.CheckpointStep, out var values) && long.TryParse(values.First(), out var number) ? number : null;
            return (TrainedModel.Load(folder), step);
        }, cancellation);

    /// <summary>Takes the files of a model and nothing else; names inside never become paths.</summary>
    private void Unpack(string packed, string folder)
    {
        try
        {
            using var archive = ZipFile.OpenRead(packed);
            foreach (var name in ApiRoutes.ModelFiles)
            {
                var entry = archive.GetEntry(name) ?? throw new TrainingException($"{Server.Authority} sends a model without {name}");
                entry.ExtractToFile(Path.Combine(folder, name), overwrite: true);
            }
        }
        catch (InvalidDataException e)
        {
            throw new TrainingException($"{Server.Authority} sends a damaged model: {e.Message}", e);
        }
    }

    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) => RepeatAsync(async () =>
    {
        using var request = Request(HttpMethod.Get, path);
        return await ReadAsync(request, type, cancellation).ConfigureAwait(false);
    }, cancellation);

    private async Task<T> PostAsync<T>(string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Post, path);
        request.Content = content;
        try
        {
            return await ReadAsync(request, type, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (IsBroken(e, cancellation))
        {
            throw Unreachable(e);
        }
    }

    private async Task<T> ReadAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
        await ServerAnswer.RequireSuccessAsync(response, Server, cancellation).ConfigureAwait(false);
        try
        {
            await response.Content.LoadIntoBufferAsync(LongestAnswer, cancellation).ConfigureAwait(false);
            await using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            return await JsonSerializer.DeserializeAsync(body, type, cancellation).ConfigureAwait(false)
                ?? throw new TrainingException($"{Server.Authority} answers null to {request.Method} {request.RequestUri!.AbsolutePath}");
        }
        catch (JsonException e)
        {
            throw new TrainingException($"{Server.Authority} answers {request.Method} {request.RequestUri!.AbsolutePath} with something else than this program expects; is it a gateway of this release?", e);
        }
    }

    /// <summary>Sends a request whose answer must begin in time.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var bound = new CancellationTokenSource(AnswerBound, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, bound.Token);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (bound.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new IOException($"no answer within {AnswerBound.TotalSeconds:0} s", e);
        }
    }

    /// <summary>Tries what may be done twice a few times, when the connection breaks or the server is not ready.</summary>
    private async Task<T> RepeatAsync<T>(Func<Task<T>> attempt, CancellationToken cancellation)
    {
        for (var number = 1; ; number++)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (Exception e) when (IsBroken(e, cancellation))
            {
                // A server that was never there is not waited for.
                if (number == Attempts || e is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError })
                    throw Unreachable(e);
            }
            catch (ServerBusyException) when (number < Attempts)
            {
                // The cluster elects a leader, or is overloaded.
            }
            // Twice as long each time, and no more often than Attempts.
            await Task.Delay(TimeSpan.FromSeconds(0.25 * (1 << number)), _clock, cancellation).ConfigureAwait(false);
        }
    }

    private static bool IsBroken(Exception e, CancellationToken cancellation) =>
        !cancellation.IsCancellationRequested && e is HttpRequestException or IOException and not FileNotFoundException;

    private TrainingException Unreachable(Exception e) =>
        new($"{Server} cannot be reached: {Reason(e)}; is a gateway running there? --server URL names another", e);

    private static string Reason(Exception e) => (e.InnerException ?? e).Message.Split('\n')[0].TrimEnd('.', '\r');

    private HttpRequestMessage Request(HttpMethod method, string path) => new(method, new Uri(Server.AbsoluteUri.TrimEnd('/') + path));

    private static ByteArrayContent Json(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }
}
