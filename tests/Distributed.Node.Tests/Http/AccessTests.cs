using System.Net;
using System.Net.Http.Headers;
using Distributed.Api;
using Distributed.Node.Configuration;

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

    private static ApiKeys Keys => ApiKeys.Parse($"reader:read:{ReadKey}\nwriter:write:{WriteKey}");
}
