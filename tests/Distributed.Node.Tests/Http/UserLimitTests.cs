using System.Net;
using System.Net.Http.Headers;
using Distributed.Api;
using Distributed.Node.Configuration;
using Distributed.Node.Keys;

namespace Distributed.Node.Tests.Http;

/// <summary>What one user may have at once.</summary>
[Collection(GatewayCollection.Name)]
public sealed class UserLimitTests(GatewayFixture gateway) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-limits-").FullName;

    [Fact]
    public async Task A_user_has_so_many_open_jobs_and_others_have_theirs()
    {
        await using var server = await ServeAsync(new HttpLimits { OpenJobs = 1 });
        using var ann = Client(server.Address, "ann");
        using var bob = Client(server.Address, "bob");
        const string Waits = """{ "data": "diabetes", "epochs": 1, "minWorkers": 99 }""";
        var first = (await ann.SubmitAsync(Waits)).Summary.Id;
        var second = "";
        try
        {
            using var refused = await ann.PostAsync(ApiRoutes.Jobs, ClientExtensions.Json(Waits));
            Assert.Equal("'ann' has 1 job that has not ended, as many as may be open: cancel one, or come again when one has ended", (await refused.ProblemAsync(HttpStatusCode.TooManyRequests)).Detail);
            Assert.NotNull(refused.Headers.RetryAfter);
            second = (await bob.SubmitAsync(Waits)).Summary.Id;
            (await ann.PostAsync(ApiRoutes.JobCancel(first), null)).EnsureSuccessStatusCode();
            first = (await ann.SubmitAsync(Waits)).Summary.Id;
        }
        finally
        {
            await ann.PostAsync(ApiRoutes.JobCancel(first), null);
            await bob.PostAsync(ApiRoutes.JobCancel(second), null);
        }
    }

    [Fact]
    public async Task A_users_uploads_take_so_much_and_deleting_makes_room()
    {
        var (small, other) = (ClientExtensions.SmallTable(1), ClientExtensions.SmallTable(2));
        await using var server = await ServeAsync(new HttpLimits { StorageBytes = small.Length + 10 });
        using var ann = Client(server.Address, "ann");
        using var bob = Client(server.Address, "bob");
        var kept = await ann.UploadAsync(small);
        foreach (var content in (HttpContent[])[ClientExtensions.Csv(other), Form(other)])
        {
            using var refused = await ann.PostAsync(ApiRoutes.Datasets, content);
            Assert.Equal(
                $"the uploads of 'ann' take at most {small.Length + 10:#,0} bytes of this gateway's storage (10 are left): delete data sets that are not needed any more",
                (await refused.ProblemAsync(HttpStatusCode.Conflict)).Detail);
        }
        await bob.UploadAsync(other);
        (await ann.DeleteAsync(ApiRoutes.Dataset(kept.Id))).EnsureSuccessStatusCode();
        await ann.UploadAsync(ClientExtensions.SmallTable(3));
        Assert.Empty(Directory.GetDirectories(Path.Combine(_folder, "uploads", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture))));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static MultipartFormDataContent Form(string csv) => new() { { ClientExtensions.Csv(csv), DatasetParts.Table, "t.csv" } };

    private Task<Node.Http.HttpServer> ServeAsync(HttpLimits limits) => gateway.ServeAsync(
        _folder, ApiKeys.Parse(string.Join('\n', ((string[])["ann", "bob"]).Select(name => $"{name}:submitter:never:sha256:{Convert.ToHexStringLower(ApiKey.HashOf(KeyOf(name)))}"))), limits);

    private static string KeyOf(string name) => name + "-0123456789abcdef";

    private static HttpClient Client(string address, string name)
    {
        var client = new HttpClient { BaseAddress = new Uri(address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", KeyOf(name));
        return client;
    }
}
