using System.Diagnostics;
using Distributed.Api;
using Distributed.Node.Configuration;
using Distributed.Node.Keys;
using Xunit.Abstractions;

namespace Distributed.Node.Tests.Http;

/// <summary>Jobs of very many epochs: what their readers cost.</summary>
[Collection(GatewayCollection.Name)]
public sealed class LongHistoryTests(GatewayFixture gateway, ITestOutputHelper output)
{
    [Fact]
    public Task Twenty_streams_of_a_job_of_many_epochs_each_hear_all_of_them() => ReadAsync(700);

    [Fact, Trait("Category", "Soak")]
    public Task Twenty_streams_of_a_job_of_28_000_epochs_are_cheap() => ReadAsync(28_000);

    private async Task ReadAsync(int epochs)
    {
        var client = gateway.Client;
        var job = $"long-{epochs}";
        var dataset = await client.UploadAsync(ClientExtensions.SmallTable(epochs), job);
        var clock = Stopwatch.StartNew();
        await client.SubmitAsync($$"""{ "data": "{{dataset.Id}}", "epochs": {{epochs}}, "hidden": [4], "batch": 32, "patience": {{epochs}}, "name": "{{job}}" }""");
        while ((await client.GetAsync<JobDetail>(ApiRoutes.Job(job) + "?last=0")).Summary.EndedAt is null)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(8), $"{job} does not end");
            await Task.Delay(200);
        }
        output.WriteLine($"trained in {clock.Elapsed.TotalSeconds:0.0} s");

        // A server that has read nothing yet.
        await using var server = await gateway.ServeAsync(gateway.DataFolder, ApiKeys.None, new HttpLimits { RequestsPerSecond = 100_000 });
        using var fresh = new HttpClient { BaseAddress = new Uri(server.Address), Timeout = TimeSpan.FromMinutes(2) };
        await TimeAsync("first summary", () => fresh.GetAsync<JobDetail>(ApiRoutes.Job(job) + "?last=0"));
        await TimeAsync("summary", () => fresh.GetAsync<JobDetail>(ApiRoutes.Job(job) + "?last=0"));
        await TimeAsync("metrics", () => fresh.GetByteArrayAsync(ApiRoutes.JobMetrics(job)));
        await TimeAsync("detail", () => fresh.GetByteArrayAsync(ApiRoutes.Job(job)));
        await TimeAsync("log", () => fresh.GetByteArrayAsync(ApiRoutes.JobLog(job)));
        await TimeAsync("a page", () => fresh.GetByteArrayAsync(ApiRoutes.JobMetrics(job) + "?from=1000"));
        foreach (var path in (string[])[ApiRoutes.JobEvents(job), ApiRoutes.JobMetrics(job), ApiRoutes.Job(job), ApiRoutes.JobLog(job)])
        {
            var before = GC.GetTotalAllocatedBytes();
            await TimeAsync($"twenty times {path}", async () =>
            {
                var texts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => CountAsync(fresh, path)));
                Assert.Single(texts.Distinct());
                if (path == ApiRoutes.JobEvents(job)) Assert.Equal(epochs, texts[0].Events);
                return texts[0].Bytes;
            });
            output.WriteLine($"   allocated {(GC.GetTotalAllocatedBytes() - before) >> 20} MiB, both sides");
        }
    }

    private async Task TimeAsync<T>(string what, Func<Task<T>> read)
    {
        var clock = Stopwatch.StartNew();
        var result = await read();
        output.WriteLine($"{what}: {clock.Elapsed.TotalMilliseconds:#,0} ms{(result is byte[] bytes ? $", {bytes.Length:#,0} bytes" : result is long many ? $", {many:#,0} bytes each" : "")}");
    }

    /// <summary>Reads an answer to its end without keeping it.</summary>
    private static async Task<(long Bytes, int Events)> CountAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
        var (buffer, bytes, events, tail) = (new byte[64 << 10], 0L, 0, 0);
        var sought = "event: epoch\n"u8.ToArray();
        for (int read; (read = await stream.ReadAsync(buffer)) > 0; bytes += read)
        {
            foreach (var b in buffer.AsSpan(0, read))
            {
                tail = b == sought[tail] ? tail + 1 : b == sought[0] ? 1 : 0;
                if (tail < sought.Length) continue;
                (tail, events) = (0, events + 1);
            }
        }
        return (bytes, events);
    }
}
