namespace Distributed.Api.Client;

/// <summary>Data sets: uploaded, listed, described, deleted.</summary>
public sealed partial class DistributedClient
{
    /// <summary>Uploads a table, streamed; the same content is stored once, so a retry is harmless.</summary>
    /// <param name="open">Opens the table, CSV with a header line, also gzipped; called again for a retry.</param>
    /// <param name="name">The display name.</param>
    /// <param name="cancellation">Ends the upload.</param>
    /// <exception cref="DistributedApiException">The upload failed; <see cref="ApiErrorReason.Unprocessable"/> names line and column.</exception>
    public Task<Dataset> UploadTableAsync(Func<Stream> open, string name, CancellationToken cancellation = default) =>
        UploadTableAsync(open, name, new Dictionary<string, string>(), cancellation);

    /// <summary>Uploads a table of which the settings of a job file say how it is written, such as <c>noHeader</c>: the job needs them too.</summary>
    /// <param name="open">As there.</param>
    /// <param name="name">The display name.</param>
    /// <param name="written">Of column, missing, delimiter, decimal, encoding, noHeader and sheet.</param>
    /// <param name="cancellation">Ends the upload.</param>
    /// <exception cref="DistributedApiException">The upload failed; <see cref="ApiErrorReason.Unprocessable"/> names line and column.</exception>
    public Task<Dataset> UploadTableAsync(
        Func<Stream> open, string name, IReadOnlyDictionary<string, string> written, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(written);
        return RetryAsync(async token =>
        {
            await using var stream = open();
            return await UploadAsync(Bytes(stream), name, written, token).ConfigureAwait(false);
        }, cancellation);
    }

    /// <summary>Uploads images, streamed, each file under the name of its part; the same content is stored once, so a retry is harmless.</summary>
    /// <param name="parts">By the names of <see cref="DatasetParts"/>: opens an IDX file, also gzipped; called again for a retry.</param>
    /// <param name="name">The display name.</param>
    /// <param name="cancellation">Ends the upload.</param>
    /// <exception cref="DistributedApiException">The upload failed.</exception>
    public Task<Dataset> UploadImagesAsync(IReadOnlyDictionary<string, Func<Stream>> parts, string name, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return RetryAsync(async token =>
        {
            using var form = new MultipartFormDataContent();
            foreach (var (part, open) in parts) form.Add(Bytes(open()), part, part);
            return await UploadAsync(form, name, new Dictionary<string, string>(), token).ConfigureAwait(false);
        }, cancellation);
    }

    /// <summary>Every uploaded data set, newest first.</summary>
    /// <exception cref="DistributedApiException">The request failed.</exception>
    public async Task<IReadOnlyList<Dataset>> ListDatasetsAsync(CancellationToken cancellation = default) =>
        (await GetAsync(ApiRoutes.Datasets, ApiJson.Default.DatasetList, cancellation).ConfigureAwait(false)).Datasets;

    /// <summary>The contents of a data set.</summary>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.NotFound"/> for an unknown id.</exception>
    public Task<DatasetDescription> GetDatasetAsync(string id, CancellationToken cancellation = default) =>
        GetAsync(ApiRoutes.Dataset(id), ApiJson.Default.DatasetDescription, cancellation);

    /// <summary>Deletes a data set that no job uses.</summary>
    /// <exception cref="DistributedApiException">The request failed; <see cref="ApiErrorReason.Conflict"/> while a job uses it.</exception>
    public Task DeleteDatasetAsync(string id, CancellationToken cancellation = default) => SendOnceAsync(HttpMethod.Delete, ApiRoutes.Dataset(id), cancellation);

    /// <summary>An upload has no bound in time: its answer begins when its last byte is there.</summary>
    private Task<Dataset> UploadAsync(HttpContent content, string name, IReadOnlyDictionary<string, string> written, CancellationToken cancellation) => ReadAsync(
        () => Request(
            HttpMethod.Post,
            $"{ApiRoutes.Datasets}?name={Uri.EscapeDataString(name)}" + string.Concat(written.Select(setting => $"&{setting.Key}={Uri.EscapeDataString(setting.Value)}")),
            content),
        ApiJson.Default.Dataset, Timeout.InfiniteTimeSpan, cancellation);
}
