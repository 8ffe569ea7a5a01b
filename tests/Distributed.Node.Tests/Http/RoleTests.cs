using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Distributed.Api;
using Distributed.Node.Configuration;
using Distributed.Node.Keys;

namespace Distributed.Node.Tests.Http;

/// <summary>Which role may do what: every route of the document, and what is one's own.</summary>
[Collection(GatewayCollection.Name)]
public sealed class RoleTests(GatewayFixture gateway) : IDisposable
{
    private const string Reader = "reader", Submitter = "submitter", Other = "other", Operator = "operator";

    /// <summary>The role of every operation; null for those that need no key.</summary>
    private static readonly Dictionary<string, ApiRole?> Expected = new()
    {
        ["getLiveness"] = null,
        ["getReadiness"] = null,
        ["listNodes"] = ApiRole.Reader,
        ["listDatasets"] = ApiRole.Reader,
        ["getDataset"] = ApiRole.Reader,
        ["listJobs"] = ApiRole.Reader,
        ["getJob"] = ApiRole.Reader,
        ["getJobMetrics"] = ApiRole.Reader,
        ["getJobStatus"] = ApiRole.Reader,
        ["getJobLog"] = ApiRole.Reader,
        ["getJobScores"] = ApiRole.Reader,
        ["followJob"] = ApiRole.Reader,
        ["downloadModel"] = ApiRole.Reader,
        ["downloadModelFile"] = ApiRole.Reader,
        ["predict"] = ApiRole.Reader,
        ["uploadDataset"] = ApiRole.Submitter,
        ["deleteDataset"] = ApiRole.Submitter,
        ["submitJob"] = ApiRole.Submitter,
        ["pauseJob"] = ApiRole.Submitter,
        ["resumeJob"] = ApiRole.Submitter,
        ["cancelJob"] = ApiRole.Submitter,
        ["deleteJob"] = ApiRole.Submitter,
        ["drainNode"] = ApiRole.Operator,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-roles-").FullName;

    [Fact]
    public async Task Every_route_of_the_document_is_closed_to_lower_roles_and_a_reader_changes_nothing()
    {
        await using var server = await ServeAsync();
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        using var document = JsonDocument.Parse(await gateway.Client.GetStringAsync(ApiRoutes.OpenApi));
        var seen = new HashSet<string>();
        foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject())
        {
            foreach (var (method, operation) in path.Value.EnumerateObject().Select(o => (new HttpMethod(o.Name.ToUpperInvariant()), o.Value)))
            {
                var name = operation.GetProperty("operationId").GetString()!;
                Assert.True(Expected.TryGetValue(name, out var needed), $"the role of {name} is not stated");
                seen.Add(name);
                if (needed is null)
                {
                    using var open = await SendAsync(client, method, path.Name, null);
                    Assert.True(open.IsSuccessStatusCode, $"{name}: {open.StatusCode}");
                    continue;
                }
                Assert.Contains($"the role {ApiRoles.NameOf(needed.Value)} ", operation.GetProperty("description").GetString(), StringComparison.Ordinal);
                if (needed == ApiRole.Reader) Assert.True(method == HttpMethod.Get || name == "predict", $"{name} changes something");
                using var closed = await SendAsync(client, method, path.Name, null);
                Assert.True(closed.StatusCode == HttpStatusCode.Unauthorized, $"{name} without a key: {closed.StatusCode}");
                foreach (var (key, role) in new[] { (Reader, ApiRole.Reader), (Submitter, ApiRole.Submitter), (Operator, ApiRole.Operator) })
                {
                    using var answer = await SendAsync(client, method, path.Name, key);
                    Assert.True(
                        role >= needed ? answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) : answer.StatusCode == HttpStatusCode.Forbidden,
                        $"{name} as {role}: {answer.StatusCode}");
                }
            }
        }
        Assert.Equal(Expected.Keys.Order(), seen.Order());
    }

    [Fact]
    public async Task A_submitter_steers_and_deletes_what_is_its_own_and_an_operator_everything()
    {
        await using var server = await ServeAsync();
        using var own = Client(server.Address, Submitter);
        using var other = Client(server.Address, Other);
        using var boss = Client(server.Address, Operator);
        var set = await own.UploadAsync(ClientExtensions.SmallTable(salt: 77_000), "owned");
        await (await other.DeleteAsync(ApiRoutes.Dataset(set.Id))).ProblemAsync(HttpStatusCode.Forbidden);

        var jobs = new List<string>();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            var job = await own.SubmitAsync($$"""{ "data": "{{set.Id}}", "epochs": 1, "batch": 10 }""");
            Assert.Equal("submitter", job.Summary.Owner);
            jobs.Add(job.Summary.Id);
        }
        Assert.Equal("submitter", (await other.GetAsync<JobList>(ApiRoutes.Jobs)).Jobs.Single(job => job.Id == jobs[0]).Owner);
        foreach (var path in (string[])[ApiRoutes.JobPause(jobs[0]), ApiRoutes.JobResume(jobs[0]), ApiRoutes.JobCancel(jobs[0])])
        {
            var problem = await (await other.PostAsync(path, ClientExtensions.Json("{}"))).ProblemAsync(HttpStatusCode.Forbidden);
            Assert.Equal($"the job {jobs[0]} belongs to 'submitter'; the key 'other' may change its own, and a key with the role operator that of others", problem.Detail);
        }
        foreach (var job in jobs) await own.UntilEndedAsync(job);
        await (await other.DeleteAsync(ApiRoutes.Job(jobs[0]))).ProblemAsync(HttpStatusCode.Forbidden);
        Assert.Equal(HttpStatusCode.NoContent, (await own.DeleteAsync(ApiRoutes.Job(jobs[0]))).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await boss.DeleteAsync(ApiRoutes.Job(jobs[1]))).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await own.DeleteAsync(ApiRoutes.Dataset(set.Id))).StatusCode);
    }

    [Fact]
    public async Task What_was_submitted_without_a_key_belongs_to_nobody_and_an_operator_deletes_it()
    {
        await using var server = await ServeAsync();
        var job = await gateway.Client.SubmitAsync("""{ "data": "diabetes", "epochs": 1 }""");
        Assert.Null(job.Summary.Owner);
        await gateway.Client.UntilEndedAsync(job.Summary.Id);
        using var submitter = Client(server.Address, Submitter);
        Assert.Contains("belongs to nobody", (await (await submitter.DeleteAsync(ApiRoutes.Job(job.Summary.Id))).ProblemAsync(HttpStatusCode.Forbidden)).Detail, StringComparison.Ordinal);
        using var boss = Client(server.Address, Operator);
        Assert.Equal(HttpStatusCode.NoContent, (await boss.DeleteAsync(ApiRoutes.Job(job.Summary.Id))).StatusCode);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<Node.Http.HttpServer> ServeAsync() => gateway.ServeAsync(_folder, ApiKeys.Parse(string.Join('\n', [Line(Reader, "reader"), Line(Submitter, "submitter"), Line(Other, "submitter"), Line(Operator, "operator")])), new HttpLimits());

    private static string Line(string name, string role) => $"{name}:{role}:never:sha256:{Convert.ToHexStringLower(ApiKey.HashOf(KeyOf(name)))}";

    private static string KeyOf(string name) => name + "-0123456789abcdef";

    private static HttpClient Client(string address, string key)
    {
        var client = new HttpClient { BaseAddress = new Uri(address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", KeyOf(key));
        return client;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, string? key)
    {
        foreach (var part in (string[])["{id}", "{address}", "{file}"]) path = path.Replace(part, "x", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(method, path);
        if (method == HttpMethod.Post) request.Content = ClientExtensions.Json("""{ "rows": 1 }""");
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", KeyOf(key));
        return await client.SendAsync(request);
    }
}
