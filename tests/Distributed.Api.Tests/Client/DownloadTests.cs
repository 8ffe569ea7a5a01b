using System.IO.Compression;
using System.IO.Pipelines;
using Distributed.Api.Client;
using Distributed.Tests;
using Microsoft.Extensions.Time.Testing;

namespace Distributed.Api.Tests.Client;

public sealed class DownloadTests : IDisposable
{
    private const string Best = "GET /api/v1/jobs/a/model?checkpoint=best";

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly FakeGateway _gateway = new();
    private readonly HttpClient _http;
    private readonly DistributedClient _client;

    public DownloadTests()
    {
        _http = new HttpClient(_gateway.Handler()) { BaseAddress = new Uri("http://gate:8080"), Timeout = Timeout.InfiniteTimeSpan };
        _client = new DistributedClient(_http, new DistributedClientOptions { Clock = _clock });
    }

    [Fact]
    public async Task A_model_is_unpacked_by_the_names_of_its_files_and_no_other()
    {
        _gateway.On(Best, () => throw new HttpRequestException("reset"), () => Zip("model.json", "weights.safetensors", "../../evil"));
        Assert.Equal(7, await _clock.PassAsync(_client.DownloadModelAsync("a", ModelCheckpoint.Best, _folder.Path)));
        Assert.Equal(["model.json", "weights.safetensors"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("of model.json", await File.ReadAllTextAsync(_folder["model.json"]));
    }

    [Fact]
    public async Task A_model_that_lacks_a_file_or_is_damaged_is_an_unexpected_answer_and_leaves_nothing()
    {
        _gateway.On(Best, () => Zip("model.json"), () => new HttpResponseMessage { Content = new ByteArrayContent([1, 2, 3]) });
        for (var i = 0; i < 2; i++)
        {
            var failure = await Assert.ThrowsAsync<DistributedApiException>(() => _client.DownloadModelAsync("a", ModelCheckpoint.Best, _folder.Path));
            Assert.Equal(ApiErrorReason.UnexpectedAnswer, failure.Reason);
        }
        Assert.DoesNotContain(Directory.GetFiles(_folder.Path), file => file.EndsWith(".partial", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_download_that_falls_silent_is_an_error_and_a_full_disk_is_the_callers()
    {
        const string File = "GET /api/v1/jobs/a/model/weights.safetensors?checkpoint=last";
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(new byte[10]);
        _gateway.On(File, () => new HttpResponseMessage { Content = new StreamContent(pipe.Reader.AsStream()) });
        using var received = new MemoryStream();
        var failure = await Assert.ThrowsAsync<DistributedApiException>(
            () => _clock.PassAsync(_client.DownloadModelFileAsync("a", "weights.safetensors", ModelCheckpoint.Last, received)));
        Assert.Equal((ApiErrorReason.Unreachable, 10), (failure.Reason, received.Length));
        Assert.Contains("nothing came for 60 s", failure.Message, StringComparison.Ordinal);

        _gateway.On(File, () => new HttpResponseMessage { Content = new ByteArrayContent(new byte[100]) });
        await Assert.ThrowsAsync<NotSupportedException>( // what a stream of fixed length throws when it is full
            () => _client.DownloadModelFileAsync("a", "weights.safetensors", ModelCheckpoint.Last, new MemoryStream(new byte[5])));
    }

    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
        _folder.Dispose();
    }

    private static HttpResponseMessage Zip(params string[] names)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in names)
            {
                using var writer = new StreamWriter(archive.CreateEntry(name).Open());
                writer.Write("of " + name);
            }
        }
        var response = new HttpResponseMessage { Content = new ByteArrayContent(bytes.ToArray()) };
        response.Headers.Add(ApiHeaders.CheckpointStep, "7");
        return response;
    }
}
