using System.Net;
using System.Net.Http.Headers;
using Distributed.Api;
using Distributed.Node.Configuration;
using Distributed.Node.Keys;

namespace Distributed.Node.Tests.Http;

[Collection(GatewayCollection.Name)]
public sealed class AccessTests(GatewayFixture gateway) : IDisposable
{
    private const string ReadKey = "read-0123456789abcdef", WriteKey = "write-0123456789abcdef";

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-access-").FullName;

    [Fact]
    public async Task Without_a_known_key_nothing_but_the_health_is_told()
    {
        await using var server = await gateway.ServeAsync(_folder, Keys, new HttpLimits());
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        foreach (var path in (string[])[ApiRoutes.Jobs, ApiRoutes.Datasets, ApiRoutes.Nodes, ApiRoutes.Metrics, ApiRoutes.OpenApi, ApiRoutes.JobEvents("x")])
        {
            var response = await client.GetAsync(path);
            await response.ProblemAsync(HttpStatusCode.Unauthorized);
            Assert.Equal("Bearer", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
        }
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ReadKey + "x");
        Assert.DoesNotContain(ReadKey, (await (await client.GetAsync(ApiRoutes.Jobs)).ProblemAsync(HttpStatusCode.Unauthorized)).Detail, StringComparison.Ordinal);
        Assert.Equal("ready", (await client.GetAsync<HealthReport>(ApiRoutes.Ready)).Status);
    }

    [Fact]
    public async Task A_key_that_reads_changes_nothing_and_one_that_writes_may()
    {
        await using var server = await gateway.ServeAsync(_folder, Keys, new HttpLimits());
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ReadKey);
        await client.GetAsync<JobList>(ApiRoutes.Jobs);
        foreach (var path in (string[])[ApiRoutes.Jobs, ApiRoutes.Datasets, ApiRoutes.JobPause("x"), ApiRoutes.JobResume("x"), ApiRoutes.JobCancel("x"), ApiRoutes.NodeDrain("x")])
            await (await client.PostAsync(path, ClientExtensions.Json("{}"))).ProblemAsync(HttpStatusCode.Forbidden);
        foreach (var path in (string[])[ApiRoutes.Job("x"), ApiRoutes.Dataset("x")]) await (await client.DeleteAsync(path)).ProblemAsync(HttpStatusCode.Forbidden);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", WriteKey);
        var job = await client.SubmitAsync("""{ "data": "diabetes", "epochs": 1 }""");
        await client.UntilEndedAsync(job.Summary.Id);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ReadKey);
        var rows = ClientExtensions.Json("""{ "rows": [{ "age": 1 }] }""");
        var problem = await (await client.PostAsync(ApiRoutes.JobPredictions(job.Summary.Id), rows)).ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(1, problem.Line);
        Assert.NotNull(problem.Column);
    }

    [Fact]
    public async Task A_key_is_given_and_taken_away_while_the_node_runs_and_one_that_ended_says_so()
    {
        var file = Path.Combine(_folder, "keys");
        File.WriteAllText(file, $"writer:write:{WriteKey}\nold:reader:2020-01-01:sha256:{Convert.ToHexStringLower(ApiKey.HashOf("old-key"))}\n");
        await using var server = await gateway.ServeAsync(new HttpSettings
        {
            Address = new IPEndPoint(IPAddress.Loopback, 0),
            IsGateway = true,
            DataFolder = _folder,
            Keys = ApiKeys.Parse(File.ReadAllText(file)),
            KeysFile = file,
        });
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(client, ReadKey)).StatusCode);
        Assert.Equal("the API key 'old' ended on 2020-01-01: ask for a new one", (await (await AskAsync(client, "old-key")).ProblemAsync(HttpStatusCode.Unauthorized)).Detail);
        File.WriteAllText(file, $"reader:read:{ReadKey}\n");
        for (var until = DateTime.UtcNow.AddSeconds(30); (await AskAsync(client, ReadKey)).StatusCode != HttpStatusCode.OK;)
        {
            Assert.True(DateTime.UtcNow < until, "the new key is still unknown");
            await Task.Delay(200);
        }
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(client, WriteKey)).StatusCode);
    }

    [Fact]
    public async Task Pages_of_other_origins_and_foreign_names_of_this_machine_are_refused_with_a_key_too()
    {
        await using var server = await gateway.ServeAsync(_folder, Keys, new HttpLimits());
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        await (await AskAsync(client, ReadKey, origin: "http://evil.example")).ProblemAsync(HttpStatusCode.Forbidden);
        await (await AskAsync(client, ReadKey, origin: "null")).ProblemAsync(HttpStatusCode.Forbidden);
        Assert.Contains("--http-hosts", (await (await AskAsync(client, ReadKey, host: "evil.example")).ProblemAsync(HttpStatusCode.Forbidden)).Detail, StringComparison.Ordinal);
        var own = new Uri(server.Address).Authority;
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, ReadKey, origin: "http://" + own)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, ReadKey, origin: "https://" + own)).StatusCode); // a proxy speaks HTTPS for it
    }

    [Fact]
    public async Task A_node_with_names_answers_to_them_alone()
    {
        await using var server = await gateway.ServeAsync(new HttpSettings
        {
            Address = new IPEndPoint(IPAddress.Loopback, 0),
            IsGateway = true,
            DataFolder = _folder,
            Hosts = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "gate.example" },
        });
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, null, host: "Gate.example:80")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(client, null)).StatusCode);
        Assert.Contains("gate.example", (await (await AskAsync(client, null, host: "evil.example")).ProblemAsync(HttpStatusCode.Forbidden)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_asks_too_often_is_told_when_to_come_again()
    {
        await using var server = await gateway.ServeAsync(_folder, ApiKeys.None, new HttpLimits { RequestsPerSecond = 1 });
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        HttpResponseMessage response;
        var asked = 0;
        do
        {
            response = await client.GetAsync(ApiRoutes.Datasets);
            Assert.True(++asked < 500);
        }
        while (response.IsSuccessStatusCode);
        await response.ProblemAsync(HttpStatusCode.TooManyRequests);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<HttpResponseMessage> AskAsync(HttpClient client, string? key, string? origin = null, string? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, ApiRoutes.Datasets);
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (origin is not null) request.Headers.Add("Origin", origin);
        if (host is not null) request.Headers.Host = host;
        return await client.SendAsync(request);
    }

    private static ApiKeys Keys => ApiKeys.Parse($"reader:read:{ReadKey}\nwriter:write:{WriteKey}");
}
