using System.Net;
using System.Text;
using CsCheck;
using Distributed.Api;
using Distributed.Protocol.Messages;

namespace Distributed.Node.Tests.Http;

[Collection(GatewayCollection.Name)]
public sealed class HostileRequestTests(GatewayFixture gateway)
{
    private const ulong Seed = 20_261_124;

    private static readonly string[] DisplayText =
    [
        "data", "digits", "hidden", "epochs", "name", "target", "task", "validation", "rows", "pixel0", "blocks", "minWorkers", "seed", "batch", "shard", "from", "classWeights",
        "0", "-1", "1e309", "NaN", "null", "true", "\"\"", "\\u0000", "ü", "../..", "😀", "99999999999999999999", "{}", "[]",
    ];

    private static readonly Gen<string> Scalar = Gen.OneOf(
        Pick(DisplayText).Select(word => $"\"{word.Replace("\\", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal)}\""),
        Gen.Int.Select(number => $"{number}"), Pick("null", "true", "0.5", "1e5", "-0"));

    private static readonly Gen<string> Value = Gen.OneOf(
        Scalar, Scalar.Array[0, 4].Select(items => $"[{string.Join(",", items)}]"),
        Gen.Select(Pick(DisplayText), Scalar).Select((word, scalar) => $"{{\"{word.Replace("\\", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal)}\":{scalar}}}"));

    private static readonly Gen<string> JobFile = Gen.Select(Pick(DisplayText[..17]), Value).Select((name, value) => $"\"{name}\":{value}").Array[0, 6]
        .Select(members => $"{{{string.Join(",", members)},\"minWorkers\":9000,\"epochs\":1}}");

    private static readonly Gen<byte[]> Body = Gen.OneOf(
        Gen.Byte.Array[0, 200],
        JobFile.Select(Encoding.UTF8.GetBytes),
        Gen.Select(JobFile.Select(Encoding.UTF8.GetBytes), Gen.Int[0, 200], Gen.Byte).Select((bytes, at, value) =>
        {
            if (bytes.Length > 0) bytes[at % bytes.Length] = value;
            return bytes;
        }),
        Value.Select(value => Encoding.UTF8.GetBytes($"{{\"rows\":{value}}}")),
        Pick(DisplayText).Array[0, 12].Select(words => Encoding.UTF8.GetBytes(string.Join(",", words).Replace(",\"\",", "\n", StringComparison.Ordinal))));

    private static readonly Gen<(string Path, string Type, byte[] Body)> Request = Gen.Select(
        Pick(
            ApiRoutes.Jobs, ApiRoutes.Jobs, ApiRoutes.Jobs, ApiRoutes.Datasets, ApiRoutes.JobPredictions("hostile"), ApiRoutes.JobResume("hostile"), ApiRoutes.JobPause("no"),
            ApiRoutes.JobPredictions("%00"), ApiRoutes.NodeDrain("x")),
        Pick("application/json", "text/csv", "application/octet-stream", "multipart/form-data; boundary=x", "multipart/form-data", "x/y", "application/json; charset=utf-16"),
        Body);

    [Fact]
    public Task None_of_many_random_bodies_makes_an_error_of_the_server() => SendAsync(200);

    [Fact, Trait("Category", "Fuzz")]
    public Task None_of_ten_thousand_random_bodies_makes_an_error_of_the_server() => SendAsync(10_000);

    [Fact]
    public async Task Two_hundred_streams_of_one_job_all_hear_every_epoch_and_its_end()
    {
        await gateway.Client.SubmitAsync("""{ "data": "diabetes", "epochs": 20, "name": "watched" }""");
        var streams = await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            var epochs = new List<int>();
            var last = "";
            await foreach (var (_, name, data) in gateway.Client.EventsAsync("watched"))
            {
                last = name;
                if (ApiEvents.Read(name, data) is EpochEnded ended) epochs.Add(ended.Decision.Epoch);
            }
            return (epochs, last);
        }));
        Assert.All(streams, stream =>
        {
            Assert.Equal(Enumerable.Range(0, 20), stream.epochs);
            Assert.Equal("finished", stream.last);
        });
    }

    [Fact]
    public async Task More_streams_than_may_be_are_refused_with_a_time_to_come_again()
    {
        await gateway.Client.SubmitAsync("""{ "data": "diabetes", "epochs": 1, "name": "crowded", "minWorkers": 99 }""");
        var open = new List<HttpResponseMessage>();
        try
        {
            while (open.Count < 301)
            {
                var response = await gateway.Client.GetAsync(ApiRoutes.JobEvents("crowded"), HttpCompletionOption.ResponseHeadersRead);
                open.Add(response);
                if (response.StatusCode == HttpStatusCode.OK) continue;
                await response.ProblemAsync(HttpStatusCode.TooManyRequests);
                Assert.NotNull(response.Headers.RetryAfter);
                break;
            }
            Assert.Equal(HttpStatusCode.TooManyRequests, open[^1].StatusCode);
        }
        finally
        {
            foreach (var response in open) response.Dispose();
            await gateway.Client.PostAsync(ApiRoutes.JobCancel("crowded"), null);
        }
    }

    [Fact]
    public async Task Members_health_measures_and_the_document_are_served()
    {
        var node = Assert.Single((await gateway.Client.GetAsync<NodeList>(ApiRoutes.Nodes)).Nodes);
        Assert.Contains("gateway", node.Roles);
        Assert.Equal(("up", true, 1), (node.State, node.Reachable, node.Load!.Workers));
        Assert.Equal("live", (await gateway.Client.GetAsync<HealthReport>(ApiRoutes.Live)).Status);
        Assert.Equal("ready", (await gateway.Client.GetAsync<HealthReport>(ApiRoutes.Ready)).Status);
        Assert.Contains("http_server", await gateway.Client.GetStringAsync(ApiRoutes.Metrics), StringComparison.Ordinal);
        var document = await gateway.Client.GetStringAsync(ApiRoutes.OpenApi);
        foreach (var path in (string[])["/api/v1/jobs/{id}/predictions", "/api/v1/datasets/{id}", "/api/v1/nodes/{address}/drain", "/api/v1/jobs/{id}/events"])
            Assert.Contains($"\"{path}\"", document, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_of_other_origins_and_names_bent_to_loopback_are_refused()
    {
        foreach (var (field, value) in ((string, string)[])[("Origin", "http://evil.example"), ("Host", "evil.example")])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, ApiRoutes.Jobs);
            request.Headers.TryAddWithoutValidation(field, value);
            await (await gateway.Client.SendAsync(request)).ProblemAsync(HttpStatusCode.Forbidden);
        }
    }

    private async Task SendAsync(int count)
    {
        await gateway.Client.PostAsync(ApiRoutes.Jobs, ClientExtensions.Json("""{ "data": "digits", "epochs": 1, "name": "hostile" }"""));
        await gateway.Client.UntilEndedAsync("hostile");
        var random = new PCG(1, Seed);
        var requests = Enumerable.Range(0, count).Select(_ => Request.Generate(random, null, out var size)).ToList();
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (request, cancellation) =>
        {
            using var content = new ByteArrayContent(request.Body);
            content.Headers.TryAddWithoutValidation("Content-Type", request.Type);
            using var response = await gateway.Client.PostAsync(request.Path, content, cancellation);
            Assert.True((int)response.StatusCode < 500, $"{request.Path} {request.Type} {Convert.ToBase64String(request.Body)}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellation)}");
        });
        // Those that were taken wait for more workers than there will be, and let nobody pass.
        for (string? before = null; ;)
        {
            var page = await gateway.Client.GetAsync<JobList>($"{ApiRoutes.Jobs}?limit=100{(before is null ? "" : $"&before={before}")}");
            foreach (var job in page.Jobs.Where(job => job.EndedAt is null)) await gateway.Client.PostAsync(ApiRoutes.JobCancel(job.Id), null);
            if ((before = page.Next) is null) break;
        }
    }

    private static Gen<T> Pick<T>(params T[] items) => Gen.Int[0, items.Length - 1].Select(i => items[i]);
}
