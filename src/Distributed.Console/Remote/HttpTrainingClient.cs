using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Distributed.Api;
using Distributed.Api.Client;
using Distributed.Cluster;
using Distributed.Data;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Models;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Nodes;
using Distributed.Protocol.Queue;

namespace Distributed.Console.Remote;

/// <summary>
/// A <see cref="DistributedClient"/> in the console's words: its failures become <see cref="UsageException"/>s and <see cref="TrainingException"/>s that
/// name flags and commands.
/// </summary>
internal sealed class HttpTrainingClient : IJobClient, IDisposable
{
    /// <summary>A command shows nothing while it waits for a retry, so a server that asks for a longer wait is an error at once.</summary>
    private static readonly TimeSpan LongestRetryDelay = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly DistributedClient _client;
    private readonly Action<string> _notice;

    /// <param name="server">http://host:port, perhaps with a path before <c>/api</c>.</param>
    /// <param name="key">The API key; null for none.</param>
    /// <param name="handler">What carries requests; owned by the client from here on.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="notice">Called when a connection broke and is retried.</param>
    public HttpTrainingClient(Uri server, string? key, HttpMessageHandler handler, TimeProvider clock, Action<string> notice)
    {
        _notice = notice;
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, BaseAddress = server };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("dtrain");
        _client = new DistributedClient(_http, new DistributedClientOptions { ApiKey = key, Clock = clock, LongestRetryDelay = LongestRetryDelay });
    }

    /// <summary>Where the server is.</summary>
    public Uri Server => _client.Server;

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
    }

    /// <summary>Submits a job.</summary>
    /// <param name="jobFile">A JSON object of settings, see <see cref="SubmitJob"/>.</param>
    /// <param name="key">The same key and settings give the same job, once, so that a submission can be retried after a lost answer.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<JobDetail> SubmitAsync(byte[] jobFile, string key, CancellationToken cancellation) => ExplainedAsync(_client.SubmitJobAsync(jobFile, key, cancellation));

    /// <summary>Every job, newest first, up to a bound.</summary>
    public Task<IReadOnlyList<JobSummary>> ListAsync(int most, CancellationToken cancellation) => ExplainedAsync(EnumerateAsync(most, cancellation));

    /// <summary>Everything about a job, its epochs by the page.</summary>
    /// <exception cref="UsageException">There is no job of that name.</exception>
    public Task<JobDetail> GetJobAsync(JobId job, CancellationToken cancellation) => ExplainedAsync(ReadJobAsync(job, cancellation));

    /// <summary>How a job that has its turn is at this moment.</summary>
    /// <exception cref="UsageException">There is no job of that name, or it has no turn.</exception>
    /// <exception cref="TrainingException">Its coordinator does not answer for now.</exception>
    public Task<JobStatus> GetStatusAsync(JobId job, CancellationToken cancellation) => ExplainedAsync(_client.GetJobStatusAsync(job.Value, cancellation));

    /// <summary>Resumes a paused job in its turn.</summary>
    /// <param name="job">The job.</param>
    /// <param name="runSettings">A JSON object of run settings; null to change none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<JobSummary> ResumeAsync(JobId job, byte[]? runSettings, CancellationToken cancellation) =>
        ExplainedAsync(_client.ResumeJobAsync(job.Value, runSettings is null ? null : JsonNode.Parse(runSettings)!.AsObject(), cancellation));

    /// <summary>Asks for a pause; returns the job's state.</summary>
    public Task<JobSummary> RequestPauseAsync(JobId job, CancellationToken cancellation) => ExplainedAsync(_client.PauseJobAsync(job.Value, cancellation));

    /// <summary>Asks for the end; returns the job's state.</summary>
    public Task<JobSummary> RequestCancelAsync(JobId job, CancellationToken cancellation) => ExplainedAsync(_client.CancelJobAsync(job.Value, cancellation));

    /// <summary>Members of the cluster.</summary>
    public Task<IReadOnlyList<NodeInfo>> NodesAsync(CancellationToken cancellation) => ExplainedAsync(_client.ListNodesAsync(cancellation));

    /// <summary>Fetches a job's model folder in one request, so that it is of one checkpoint while training continues.</summary>
    /// <param name="job">The job.</param>
    /// <param name="choice">Which checkpoint.</param>
    /// <param name="folder">Where the files go; made already.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The model, checked against the hash that came with it, and the checkpoint's step if the server said it.</returns>
    public async Task<(TrainedModel Model, long? Step)> DownloadModelAsync(JobId job, CheckpointChoice choice, string folder, CancellationToken cancellation)
    {
        var checkpoint = choice == CheckpointChoice.Best ? ModelCheckpoint.Best : ModelCheckpoint.Last;
        var step = await ExplainedAsync(_client.DownloadModelAsync(job.Value, checkpoint, folder, cancellation)).ConfigureAwait(false);
        return (TrainedModel.Load(folder), step);
    }

    /// <summary>Uploads a table, streamed; the same content twice is stored once.</summary>
    /// <param name="file">The table.</param>
    /// <param name="name">The display name.</param>
    /// <param name="written">The settings that say how it is written.</param>
    /// <param name="cancellation">Ends the upload.</param>
    public Task<Dataset> UploadTableAsync(string file, string name, GivenSettings written, CancellationToken cancellation) => ExplainedAsync(_client.UploadTableAsync(
        () => Open(file), name,
        written.Texts.Where(given => TableWriting.All.Contains(given.Setting)).ToDictionary(given => given.Setting.Member, given => given.Text), cancellation));

    /// <summary>Uploads images, streamed, each file under the name of its part.</summary>
    public Task<Dataset> UploadImagesAsync(IReadOnlyList<(string Part, string File)> parts, string name, CancellationToken cancellation) =>
        ExplainedAsync(_client.UploadImagesAsync(parts.ToDictionary(part => part.Part, part => (Func<Stream>)(() => Open(part.File))), name, cancellation));

    /// <summary>Every uploaded data set, newest first.</summary>
    public Task<IReadOnlyList<Dataset>> DatasetsAsync(CancellationToken cancellation) => ExplainedAsync(_client.ListDatasetsAsync(cancellation));

    /// <summary>The contents of a data set.</summary>
    public Task<DatasetDescription> DescribeAsync(string id, CancellationToken cancellation) => ExplainedAsync(_client.GetDatasetAsync(id, cancellation));

    /// <summary>Deletes a data set that no job uses.</summary>
    public Task DeleteDatasetAsync(string id, CancellationToken cancellation) => ExplainedAsync(DeleteAsync(id, cancellation));

    /// <inheritdoc/>
    /// <exception cref="TrainingException">The server stayed unreachable for minutes; the job continues unwatched.</exception>
    public IAsyncEnumerable<JobEvent> WatchAsync(JobId job, CancellationToken cancellation) => WatchAsync(job, 0, cancellation);

    /// <summary>A job's events from an epoch on; a server of an earlier release sends those before it too.</summary>
    private async IAsyncEnumerable<JobEvent> WatchAsync(JobId job, int fromEpoch, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var following = new FollowOptions
        {
            FromEpoch = fromEpoch,
            Interrupted = cause => _notice($"the connection to {Server.Authority} broke ({cause}); taking it up again"),
            Resumed = () => _notice($"connected to {Server.Authority} again"),
        };
        await using var events = _client.FollowJobAsync(job.Value, following, cancellation).GetAsyncEnumerator(cancellation);
        while (await NextAsync(events, job).ConfigureAwait(false)) yield return events.Current.Event;
    }

    /// <summary>A client of this server that hears of epochs from one on.</summary>
    public IJobClient From(int epoch) => new LaterEpochs(this, epoch);

    /// <inheritdoc/>
    public async Task PauseAsync(JobId job, CancellationToken cancellation) => await RequestPauseAsync(job, cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<JobRecord?> FindJobAsync(JobId job, CancellationToken cancellation) => RecordOf(await GetJobAsync(job, cancellation).ConfigureAwait(false));

    /// <summary>Builds the record that a store has of a job.</summary>
    public static JobRecord RecordOf(JobDetail detail) => new(
        new JobId(detail.Summary.Id), detail.Summary.SubmittedAt, detail.Specification, detail.Options, detail.Source, detail.Epochs,
        detail.LastCheckpoint, detail.BestCheckpoint, detail.End)
    {
        FirstWorkers = detail.FirstWorkers,
    };

    private async Task<T> ExplainedAsync<T>(Task<T> request)
    {
        try
        {
            return await request.ConfigureAwait(false);
        }
        catch (DistributedApiException e)
        {
            throw ServerAnswer.Explain(e, Server);
        }
    }

    private async Task<bool> NextAsync(IAsyncEnumerator<FollowedEvent> events, JobId job)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (DistributedApiException e) when (e.Reason == ApiErrorReason.Unreachable)
        {
            throw new TrainingException($"{Server.Authority} cannot be reached ({e.InnerException!.Message}); the job goes on there, and 'dtrain watch {job}' follows it again", e);
        }
        catch (DistributedApiException e)
        {
            throw ServerAnswer.Explain(e, Server);
        }
    }

    private async Task<IReadOnlyList<JobSummary>> EnumerateAsync(int most, CancellationToken cancellation)
    {
        var jobs = new List<JobSummary>();
        await foreach (var job in _client.ListJobsAsync(most, cancellation).ConfigureAwait(false)) jobs.Add(job);
        return jobs;
    }

    private async Task<JobDetail> ReadJobAsync(JobId job, CancellationToken cancellation)
    {
        var detail = await _client.GetJobOutlineAsync(job.Value, 0, cancellation).ConfigureAwait(false);
        if (detail.Epochs.Count >= detail.Summary.Epochs) return detail;
        var epochs = new List<EpochDecided>(detail.Summary.Epochs);
        await foreach (var epoch in _client.ListJobEpochsAsync(job.Value, 0, cancellation).ConfigureAwait(false)) epochs.Add(epoch);
        return detail with { Epochs = epochs };
    }

    private async Task<bool> DeleteAsync(string id, CancellationToken cancellation)
    {
        await _client.DeleteDatasetAsync(id, cancellation).ConfigureAwait(false);
        return true;
    }

    private static FileStream Open(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan | FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException("the file cannot be read: " + e.Message, file: file, inner: e);
        }
    }

    private sealed class LaterEpochs(HttpTrainingClient client, int first) : IJobClient
    {
        public IAsyncEnumerable<JobEvent> WatchAsync(JobId job, CancellationToken cancellation) => client.WatchAsync(job, first, cancellation);

        public Task PauseAsync(JobId job, CancellationToken cancellation) => client.PauseAsync(job, cancellation);

        public Task<JobRecord?> FindJobAsync(JobId job, CancellationToken cancellation) => client.FindJobAsync(job, cancellation);
    }
}
