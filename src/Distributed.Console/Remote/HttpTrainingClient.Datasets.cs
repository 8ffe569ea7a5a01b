using System.Net.Http.Headers;
using Distributed.Api;
using Distributed.Data;

namespace Distributed.Console.Remote;

/// <summary>Data sets: up, listed, described, deleted.</summary>
internal sealed partial class HttpTrainingClient
{
    /// <summary>Uploads a table, streamed; the same content twice is stored once.</summary>
    public Task<Dataset> UploadTableAsync(string file, string name, CancellationToken cancellation) => RepeatAsync(async () =>
    {
        await using var stream = OpenFile(file);
        using var request = Request(HttpMethod.Post, $"{ApiRoutes.Datasets}?name={Uri.EscapeDataString(name)}");
        request.Content = Stream(stream);
        return await SendLongAsync(request, cancellation).ConfigureAwait(false);
    }, cancellation);

    /// <summary>Uploads images, streamed, each file under the name of its part.</summary>
    public Task<Dataset> UploadImagesAsync(IReadOnlyList<(string Part, string File)> parts, string name, CancellationToken cancellation) => RepeatAsync(async () =>
    {
        using var form = new MultipartFormDataContent();
        foreach (var (part, file) in parts) form.Add(Stream(OpenFile(file)), part, part);
        using var request = Request(HttpMethod.Post, $"{ApiRoutes.Datasets}?name={Uri.EscapeDataString(name)}");
        request.Content = form;
        return await SendLongAsync(request, cancellation).ConfigureAwait(false);
    }, cancellation);

    /// <summary>Every uploaded data set, newest first.</summary>
    public async Task<IReadOnlyList<Dataset>> DatasetsAsync(CancellationToken cancellation) =>
        (await GetAsync(ApiRoutes.Datasets, ApiJson.Default.DatasetList, cancellation).ConfigureAwait(false)).Datasets;

    /// <summary>The contents of a data set.</summary>
    public Task<DatasetDescription> DescribeAsync(string id, CancellationToken cancellation) =>
        GetAsync(ApiRoutes.Dataset(id), ApiJson.Default.DatasetDescription, cancellation);

    /// <summary>Deletes a data set that no job uses.</summary>
    public async Task DeleteDatasetAsync(string id, CancellationToken cancellation)
    {
        using var request = Request(HttpMethod.Delete, ApiRoutes.Dataset(id));
        try
        {
            using var response = await SendAsync(request, cancellation).ConfigureAwait(false);
            await ServerAnswer.RequireSuccessAsync(response, Server, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (IsBroken(e, cancellation))
        {
            throw Unreachable(e);
        }
    }

    /// <summary>An upload has no bound in time: its answer begins when its last byte is there.</summary>
    private async Task<Dataset> SendLongAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        await ServerAnswer.RequireSuccessAsync(response, Server, cancellation).ConfigureAwait(false);
        await response.Content.LoadIntoBufferAsync(LongestAnswer, cancellation).ConfigureAwait(false);
        await using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        return (await System.Text.Json.JsonSerializer.DeserializeAsync(body, ApiJson.Default.Dataset, cancellation).ConfigureAwait(false))!;
    }

    private static FileStream OpenFile(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException("the file cannot be read: " + e.Message, file: file, inner: e);
        }
    }

    private static StreamContent Stream(FileStream file)
    {
        var content = new StreamContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return content;
    }
}
