using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Distributed.Api;
using Distributed.Node.Configuration;
using Distributed.Node.Keys;

namespace Distributed.Node.Tests.Http;

/// <summary>Failed sign-ins are limited by their source; right keys never pay for them.</summary>
[Collection(GatewayCollection.Name)]
public sealed class SignInTests(GatewayFixture gateway) : IDisposable
{
    private const string ReadKey = "read-0123456789abcdef";

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-signin-").FullName;

    [Fact]
    public async Task Four_thousand_wrong_keys_are_limited_while_a_right_key_and_the_health_are_answered()
    {
        await using var server = await gateway.ServeAsync(_folder, ApiKeys.Parse($"reader:read:{ReadKey}"), new HttpLimits());
        using var client = new HttpClient { BaseAddress = new Uri(server.Address), Timeout = TimeSpan.FromSeconds(60) };
        var told = new ConcurrentDictionary<HttpStatusCode, int>();
        var wrong = Parallel.ForEachAsync(Enumerable.Range(0, 4_000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, cancellation) =>
        {
            using var response = await AskAsync(client, $"wrong-{i:0000}-0123456789abcdef");
            told.AddOrUpdate(response.StatusCode, 1, (_, count) => count + 1);
            if (response.StatusCode == HttpStatusCode.TooManyRequests) Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        });
        do
        {
            using var right = await AskAsync(client, ReadKey);
            Assert.Equal(HttpStatusCode.OK, right.StatusCode);
            using var health = await client.GetAsync(ApiRoutes.Live);
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
            await Task.Delay(20); // the flood's pace, not a wait for anything
        }
        while (!wrong.IsCompleted);
        await wrong;
        Assert.Equal(4_000, told.Values.Sum());
        Assert.InRange(told.GetValueOrDefault(HttpStatusCode.Unauthorized), 1, 2_000);
        Assert.InRange(told.GetValueOrDefault(HttpStatusCode.TooManyRequests), 2_000, 3_999);
    }

    [Fact]
    public async Task Right_keys_are_limited_by_key_and_one_does_not_use_up_anothers_share()
    {
        const string OtherKey = "other-0123456789abcdef";
        await using var server = await gateway.ServeAsync(_folder, ApiKeys.Parse($"reader:read:{ReadKey}\nother:read:{OtherKey}"), new HttpLimits { RequestsPerSecond = 1 });
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };
        var told = await Task.WhenAll(Enumerable.Range(0, 60).Select(async _ =>
        {
            using var response = await AskAsync(client, ReadKey);
            return (response.StatusCode, response.Headers.RetryAfter);
        }));
        Assert.Contains(told, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Contains(told, answer => answer is { StatusCode: HttpStatusCode.TooManyRequests, RetryAfter: not null });
        using var other = await AskAsync(client, OtherKey);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<HttpResponseMessage> AskAsync(HttpClient client, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, ApiRoutes.Datasets);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return await client.SendAsync(request);
    }
}
