using System.Globalization;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Distributed.Api.Client;

/// <summary>Models of committed checkpoints: fetched, and asked for predictions.</summary>
public sealed partial class DistributedClient
{
    /// <summary>
    /// Fetches a job's model folder (<see cref="ApiRoutes.ModelFiles"/>) in one request, so that its files are of one checkpoint while training
    /// continues.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="checkpoint">Which checkpoint.</param>
    /// <param name="folder">Where the files go; it exists.</param>
    /// <param name="cancellation">Ends the download.</param>
    /// <returns>The checkpoint's step; null if the server did not say it.</returns>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.Conflict"/> when there is no such checkpoint yet.</exception>
    public Task<long?> DownloadModelAsync(string job, ModelCheckpoint checkpoint, string folder, CancellationToken cancellation = default) => RetryAsync(async token =>
    {
        var packed = Path.Combine(folder, "model.zip.partial");
        try
        {
            long? step;
            await using (var file = new FileStream(packed, FileMode.Create, FileAccess.Write, FileShare.None))
                step = await DownloadAsync(ApiRoutes.JobModel(job) + Query(checkpoint), file, token).ConfigureAwait(false);
            Unpack(packed, folder);
            return step;
        }
        finally
        {
            File.Delete(packed);
        }
    }, cancellation);

    /// <summary>Fetches one file of a job's model.</summary>
    /// <param name="job">The job.</param>
    /// <param name="file">One of <see cref="ApiRoutes.ModelFiles"/>.</param>
    /// <param name="checkpoint">Which checkpoint.</param>
    /// <param name="destination">Where its bytes go. After a failure it may hold some of them: the request is sent once.</param>
    /// <param name="cancellation">Ends the download.</param>
    /// <returns>The checkpoint's step; null if the server did not say it.</returns>
    /// <exception cref="DistributedApiException">The request failed.</exception>
    public Task<long?> DownloadModelFileAsync(string job, string file, ModelCheckpoint checkpoint, Stream destination, CancellationToken cancellation = default) =>
        DownloadAsync(ApiRoutes.JobModelFile(job, file) + Query(checkpoint), destination, cancellation);

    /// <summary>How well a job's model answers its validation samples.</summary>
    /// <param name="job">The job.</param>
    /// <param name="checkpoint">Which checkpoint answers.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.Conflict"/> when there is no such checkpoint yet.</exception>
    public Task<JobScores> GetScoresAsync(string job, ModelCheckpoint checkpoint = ModelCheckpoint.Best, CancellationToken cancellation = default) =>
        GetAsync(ApiRoutes.JobScores(job) + Query(checkpoint), ApiJson.Default.JobScores, cancellation);

    /// <summary>Predicts for rows of cells by column.</summary>
    /// <param name="job">The job.</param>
    /// <param name="rows">At most <see cref="PredictionRequest.MaximumRows"/>.</param>
    /// <param name="checkpoint">Which checkpoint answers.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.Unprocessable"/> names line and column.</exception>
    public Task<PredictionResponse> PredictAsync(
        string job, PredictionRequest rows, ModelCheckpoint checkpoint = ModelCheckpoint.Last, CancellationToken cancellation = default) =>
        PredictAsync(job, rows, Query(checkpoint), cancellation);

    /// <summary>Predicts for rows of cells by column, and refuses unseen categories and unreadable numbers.</summary>
    /// <param name="job">The job.</param>
    /// <param name="rows">At most <see cref="PredictionRequest.MaximumRows"/>.</param>
    /// <param name="checkpoint">Which checkpoint answers.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.Unprocessable"/> names line and column.</exception>
    public Task<PredictionResponse> PredictStrictlyAsync(
        string job, PredictionRequest rows, ModelCheckpoint checkpoint = ModelCheckpoint.Last, CancellationToken cancellation = default) =>
        PredictAsync(job, rows, Query(checkpoint) + StrictQuery, cancellation);

    private Task<PredictionResponse> PredictAsync(string job, PredictionRequest rows, string query, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(rows, ApiJson.Default.PredictionRequest);
        return RetryAsync(token => ReadAsync(
            () => Request(HttpMethod.Post, ApiRoutes.JobPredictions(job) + query, Json(body)), ApiJson.Default.PredictionResponse, _options.AnswerTimeout, token), cancellation);
    }

    /// <summary>Predicts for the rows of a file.</summary>
    /// <param name="job">The job.</param>
    /// <param name="open">Opens a table with a header line or a file of IDX images, also packed; called again for a retry.</param>
    /// <param name="checkpoint">Which checkpoint answers.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.Unprocessable"/> names line and column.</exception>
    public Task<PredictionResponse> PredictFileAsync(
        string job, Func<Stream> open, ModelCheckpoint checkpoint = ModelCheckpoint.Last, CancellationToken cancellation = default) =>
        PredictFileAsync(job, open, Query(checkpoint), cancellation);

    /// <summary>Predicts for the rows of a file, and refuses unseen categories and unreadable numbers.</summary>
    /// <param name="job">The job.</param>
    /// <param name="open">As for <see cref="PredictFileAsync(string, Func{Stream}, ModelCheckpoint, CancellationToken)"/>.</param>
    /// <param name="checkpoint">Which checkpoint answers.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.Unprocessable"/> names line and column.</exception>
    public Task<PredictionResponse> PredictFileStrictlyAsync(
        string job, Func<Stream> open, ModelCheckpoint checkpoint = ModelCheckpoint.Last, CancellationToken cancellation = default) =>
        PredictFileAsync(job, open, Query(checkpoint) + StrictQuery, cancellation);

    private Task<PredictionResponse> PredictFileAsync(string job, Func<Stream> open, string query, CancellationToken cancellation) => RetryAsync(async token =>
        {
            await using var stream = open();
            return await ReadAsync(
                () => Request(HttpMethod.Post, ApiRoutes.JobPredictions(job) + query, Bytes(stream)), ApiJson.Default.PredictionResponse, Timeout.InfiniteTimeSpan, token).ConfigureAwait(false);
        }, cancellation);

    /// <summary>Copies a file of the server; only the head of the answer and silence are bounded in time.</summary>
    private async Task<long?> DownloadAsync(string path, Stream destination, CancellationToken cancellation)
    {
        using var response = await AttemptAsync(async token =>
        {
            using var request = Request(HttpMethod.Get, path);
            return await SendAsync(request, token).ConfigureAwait(false);
        }, _options.AnswerTimeout, cancellation).ConfigureAwait(false);
        await using var body = new BodyStream(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), _options.LongestSilence, null, _clock);
        var buffer = new byte[64 << 10];
        // Only the connection's failures are the server's: what the destination throws goes to the caller as it is.
        while (await AttemptAsync(token => body.ReadAsync(buffer, token).AsTask(), Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false) is > 0 and var read)
            await destination.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
        return response.Headers.TryGetValues(ApiHeaders.CheckpointStep, out var values)
            && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : null;
    }

    /// <summary>Takes the files of a model and nothing else; names inside never become paths.</summary>
    private void Unpack(string packed, string folder)
    {
        try
        {
            using var archive = ZipFile.OpenRead(packed);
            foreach (var name in ApiRoutes.ModelFiles)
            {
                var entry = archive.GetEntry(name) ?? throw Unexpected($"sends a model without {name}");
                entry.ExtractToFile(Path.Combine(folder, name), overwrite: true);
            }
        }
        catch (InvalidDataException e)
        {
            throw new DistributedApiException(ApiErrorReason.UnexpectedAnswer, $"{Server.Authority} sends a damaged model: {e.Message}", e);
        }
    }

    private static string Query(ModelCheckpoint checkpoint) => "?checkpoint=" + (checkpoint == ModelCheckpoint.Best ? "best" : "last");

    private const string StrictQuery = "&strict=true";

    private static StreamContent Bytes(Stream stream) => new(stream) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
}
