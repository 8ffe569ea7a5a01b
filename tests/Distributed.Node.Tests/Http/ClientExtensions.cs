using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Distributed.Api;

namespace Distributed.Node.Tests.Http;

/// <summary>What the tests say over HTTP.</summary>
internal static class ClientExtensions
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    /// <summary>A table of thirty rows that a small network learns at once.</summary>
    public static string SmallTable(int salt = 0) => "x,y,class\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"{i + salt},{(i * 7) % 5},{(i % 2 == 0 ? "even" : "odd")}\n"));

    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    public static ByteArrayContent Csv(string text) => new(Encoding.UTF8.GetBytes(text)) { Headers = { ContentType = new MediaTypeHeaderValue("text/csv") } };

    public static async Task<T> ReadAsync<T>(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {text}");
        return (T)JsonSerializer.Deserialize(text, ApiJson.Default.GetTypeInfo(typeof(T))!)!;
    }

    public static async Task<T> GetAsync<T>(this HttpClient client, string path) => await (await client.GetAsync(path)).ReadAsync<T>();

    /// <summary>The problem of a refused request, checked for its form.</summary>
    public static async Task<ApiProblem> ProblemAsync(this HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode} instead of {(int)status}: {text}");
        Assert.Equal(ApiProblem.ContentType, response.Content.Headers.ContentType?.MediaType);
        var problem = JsonSerializer.Deserialize(text, ApiJson.Default.ApiProblem)!;
        Assert.Equal((int)status, problem.Status);
        Assert.False(string.IsNullOrWhiteSpace(problem.Detail));
        return problem;
    }

    public static async Task<Dataset> UploadAsync(this HttpClient client, string csv, string name = "small") =>
        await (await client.PostAsync($"{ApiRoutes.Datasets}?name={name}", Csv(csv))).ReadAsync<Dataset>();

    /// <summary>As a client does: a cluster that does not answer for now is asked again, and the key makes one job of all the attempts.</summary>
    public static async Task<JobDetail> SubmitAsync(this HttpClient client, string jobFile)
    {
        var (key, clock) = (Guid.NewGuid().ToString("n"), Stopwatch.StartNew());
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, ApiRoutes.Jobs) { Content = Json(jobFile) };
            request.Headers.Add(ApiHeaders.IdempotencyKey, key);
            var response = await client.SendAsync(request);
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable || clock.Elapsed > Bound) return await response.ReadAsync<JobDetail>();
            await Task.Delay(500);
        }
    }

    /// <summary>Asks until an answer is as wished.</summary>
    public static async Task<HttpResponseMessage> UntilAsync(this HttpClient client, string path, Func<HttpResponseMessage, bool> isAsWished)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var response = await client.GetAsync(path);
            if (isAsWished(response)) return response;
            Assert.True(clock.Elapsed < Bound, $"{path} still says {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            await Task.Delay(50);
        }
    }

    /// <summary>Asks until a job is as wished.</summary>
    public static async Task<JobDetail> UntilAsync(this HttpClient client, string job, Func<JobDetail, bool> isAsWished)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var detail = await client.GetAsync<JobDetail>(ApiRoutes.Job(job));
            if (isAsWished(detail)) return detail;
            Assert.True(clock.Elapsed < Bound, $"{job} is still {detail.Summary}");
            await Task.Delay(50);
        }
    }

    public static Task<JobDetail> UntilEndedAsync(this HttpClient client, string job) => client.UntilAsync(job, detail => detail.Summary.EndedAt is not null);

    /// <summary>A stream's events as they come: id (null for none), name, data.</summary>
    public static async IAsyncEnumerable<(string? Id, string Name, string Data)> EventsAsync(this HttpClient client, string job, string? lastEventId = null, string query = "")
    {
        using var response = await client.OpenEventsAsync(job, lastEventId, query);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var (id, name, data) = ((string?)null, "", "");
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.Length == 0 && name.Length > 0)
            {
                yield return (id, name, data);
                (id, name, data) = (null, "", "");
            }
            else if (line.StartsWith("id: ", StringComparison.Ordinal)) id = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
        }
    }

    /// <summary>Opens a stream; comes again when it is told to (streams of a test before may still be closing), for half a minute at most.</summary>
    private static async Task<HttpResponseMessage> OpenEventsAsync(this HttpClient client, string job, string? lastEventId, string query)
    {
        for (var until = DateTime.UtcNow.AddSeconds(30); ;)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{ApiRoutes.JobEvents(job)}?{query}");
            if (lastEventId is not null) request.Headers.Add(ApiHeaders.LastEventId, lastEventId);
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (response.StatusCode != HttpStatusCode.TooManyRequests || DateTime.UtcNow > until) return response;
            var wait = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
            response.Dispose();
            await Task.Delay(wait);
        }
    }
}
