using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Distributed.Api;
using Distributed.Node.Configuration;
using Distributed.Node.Keys;
using Distributed.Node.Tests.Http;

namespace Distributed.Node.Tests.Audit;

/// <summary>Each change and each refusal is in the audit log, with who, what, when, from where and how it went; what is only read is not.</summary>
[Collection(GatewayCollection.Name)]
public sealed class AuditedRequestTests(GatewayFixture gateway) : IDisposable
{
    private const string ReadKey = "read-0123456789abcdef", WriteKey = "write-0123456789abcdef";

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-audited-").FullName;

    [Fact]
    public async Task A_days_work_can_be_read_in_the_log()
    {
        var file = Path.Combine(_folder, "audit.jsonl");
        string set, job;
        await using (var server = await gateway.ServeAsync(new HttpSettings
        {
            Address = new IPEndPoint(IPAddress.Loopback, 0),
            IsGateway = true,
            DataFolder = _folder,
            AuditFile = file,
            Keys = ApiKeys.Parse($"ann:read:{ReadKey}\nbob:write:{WriteKey}"),
        }))
        {
            using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", WriteKey);
            set = (await client.UploadAsync(ClientExtensions.SmallTable(salt: 88_000), "audited")).Id;
            job = (await client.SubmitAsync($$"""{ "data": "{{set}}", "epochs": 1 }""")).Summary.Id;
            await client.UntilEndedAsync(job);
            await (await client.PostAsync(ApiRoutes.JobPause(job), null)).ProblemAsync(HttpStatusCode.Conflict);
            await (await client.PostAsync(ApiRoutes.Jobs, ClientExtensions.Json("""{ "data": "nothing" }"""))).ProblemAsync(HttpStatusCode.UnprocessableEntity);
            await (await client.PostAsync(ApiRoutes.NodeDrain("x"), null)).ProblemAsync(HttpStatusCode.NotFound);
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ReadKey);
            await client.GetAsync<JobList>(ApiRoutes.Jobs);
            await (await client.DeleteAsync(ApiRoutes.Job(job))).ProblemAsync(HttpStatusCode.Forbidden);
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "wrong-0123456789abcdef");
            await (await client.DeleteAsync(ApiRoutes.Job(job))).ProblemAsync(HttpStatusCode.Unauthorized);
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", WriteKey);
            Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(ApiRoutes.Job(job))).StatusCode);
            Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync(ApiRoutes.Dataset(set))).StatusCode);
        }
        var text = File.ReadAllText(file);
        foreach (var key in (string[])[ReadKey, WriteKey, "wrong-0123456789abcdef"]) Assert.DoesNotContain(key, text, StringComparison.Ordinal);
        var events = text.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(
            [
                "start done   ",
                $"upload done bob {set} 201",
                $"submit done bob {job} 201",
                $"pause refused bob {job} 409",
                "submit refused bob  422",
                "drain refused bob x 404",
                $"delete-job refused ann {job} 403",
                "sign-in refused   ",
                $"delete-job done bob {job} 204",
                $"delete-dataset done bob {set} 204",
                "stop done   ",
            ],
            events.Select(told => string.Join(' ', new[] { "action", "result", "who", "target", "status" }.Select(name => told.TryGetProperty(name, out var value) ? value.ToString() : ""))));
        Assert.All(events.Where(told => told.TryGetProperty("status", out _)), told => Assert.Equal("127.0.0.1", told.GetProperty("from").GetString()));
        Assert.Contains("there is no data set 'nothing'", events[4].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
