using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Distributed.Api.Client;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Nodes;
using Distributed.Protocol.Specification;
using Distributed.Tests;
using Microsoft.Extensions.Time.Testing;

namespace Distributed.Api.Tests.Client;

/// <summary>Requests over a scripted gateway in virtual time: what is sent how often, and what a failure says.</summary>
public sealed class RequestTests : IDisposable
{
    private const string Nodes = "GET /api/v1/nodes";
    private static readonly NodeInfo Node = new() { Address = "127.0.0.1:1", Roles = ["worker"], State = "up", Reachable = true, Version = "1" };

    private readonly FakeTimeProvider _clock = new();
    private readonly FakeGateway _gateway = new();
    private readonly HttpClient _http;
    private readonly DistributedClient _client;

    public RequestTests()
    {
        _http = new HttpClient(_gateway.Handler()) { BaseAddress = new Uri("http://gate:8080"), Timeout = Timeout.InfiniteTimeSpan };
        _client = new DistributedClient(_http, new DistributedClientOptions { Clock = _clock });
    }

    [Fact]
    public async Task A_server_that_asks_for_a_wait_is_asked_again_after_it()
    {
        List<DateTimeOffset> asked = [];
        _gateway.On(Nodes, () => At(asked, () => Busy(TimeSpan.FromSeconds(7))), () => At(asked, () => Busy(null)), () => At(asked, Answer));
        Assert.Equal(Node.Address, (await _clock.PassAsync(_client.ListNodesAsync())).Single().Address);
        Assert.Equal(3, asked.Count);
        Assert.InRange((asked[1] - asked[0]).TotalSeconds, 7, 10);
        Assert.InRange((asked[2] - asked[1]).TotalSeconds, 1, 4); // the second back-off is one second
    }

    [Fact]
    public async Task Retries_are_bounded_and_the_last_answer_is_the_error()
    {
        _gateway.On(Nodes, () => Busy(null));
        var failure = await Assert.ThrowsAsync<DistributedApiException>(() => _clock.PassAsync(_client.ListNodesAsync()));
        Assert.Equal((ApiErrorReason.Unavailable, HttpStatusCode.ServiceUnavailable, true), (failure.Reason, failure.StatusCode, failure.IsTransient));
        Assert.Equal("gate:8080 answers with status 503: not ready", failure.Message);
        Assert.Equal(4, _gateway.Asked.Count);
    }

    [Fact]
    public async Task A_server_that_asks_for_a_longer_wait_than_allowed_is_not_asked_again()
    {
        _gateway.On(Nodes, () => Busy(TimeSpan.FromMinutes(2)));
        var failure = await Assert.ThrowsAsync<DistributedApiException>(() => _client.ListNodesAsync());
        Assert.Equal(TimeSpan.FromMinutes(2), failure.RetryAfter);
        Assert.Single(_gateway.Asked);
    }

    [Fact]
    public async Task Epochs_and_log_are_fetched_by_the_page_and_a_server_of_an_earlier_release_gives_all_at_once()
    {
        const string Path = "GET /api/v1/jobs/a/metrics";
        EpochDecided[] epochs = [.. Enumerable.Range(0, 7).Select(i => new EpochDecided(i, false, null, new EpochMetrics { TrainLoss = i }))];
        _gateway.On($"{Path}?from=2&limit=5000", new JobMetrics("a", epochs[2..5]) { Total = 7, Next = 5 }, ApiJson.Default.JobMetrics);
        _gateway.On($"{Path}?from=5&limit=5000", new JobMetrics("a", epochs[5..]) { Total = 7 }, ApiJson.Default.JobMetrics);
        Assert.Equal(epochs[2..], await _client.ListJobEpochsAsync("a", 2).ToListAsync());
        _gateway.On("GET /api/v1/jobs/b/metrics", new JobMetrics("b", epochs), ApiJson.Default.JobMetrics);
        Assert.Equal(epochs[2..], await _client.ListJobEpochsAsync("b", 2).ToListAsync());

        JobLogLine[] lines = [.. Enumerable.Range(0, 3).Select(i => new JobLogLine(default, $"line {i}"))];
        _gateway.On("GET /api/v1/jobs/a/log?from=0&limit=5000", new JobLog("a", lines[..2]) { Total = 3, Next = 2 }, ApiJson.Default.JobLog);
        _gateway.On("GET /api/v1/jobs/a/log?from=2&limit=5000", new JobLog("a", lines[2..]) { Total = 3 }, ApiJson.Default.JobLog);
        Assert.Equal(lines, await _client.ListJobLogAsync("a").ToListAsync());
        _gateway.On("GET /api/v1/jobs/b/log", new JobLog("b", lines), ApiJson.Default.JobLog);
        Assert.Equal(lines[1..], await _client.ListJobLogAsync("b", 1).ToListAsync());
    }

    [Fact]
    public async Task A_change_is_sent_once_and_a_submission_again_with_its_key()
    {
        _gateway.On("POST /api/v1/jobs/a/pause", () => throw new HttpRequestException("reset"));
        Assert.Equal(ApiErrorReason.Unreachable, (await Assert.ThrowsAsync<DistributedApiException>(() => _client.PauseJobAsync("a"))).Reason);
        Assert.Single(_gateway.Asked);

        _gateway.On("POST /api/v1/jobs", () => throw new HttpRequestException("reset"), () => Busy(null), () => FakeGateway.Problem(HttpStatusCode.UnprocessableEntity, "epochs: at least 1"));
        var failure = await Assert.ThrowsAsync<DistributedApiException>(() => _clock.PassAsync(_client.SubmitJobAsync(new JsonObject { ["epochs"] = 0 })));
        Assert.Equal((ApiErrorReason.Unprocessable, "epochs: at least 1", false), (failure.Reason, failure.Message, failure.IsTransient));
        var sent = _gateway.Asked.Skip(1).ToArray();
        Assert.Equal(3, sent.Length);
        Assert.Single(sent.Select(s => s.Request.Headers.GetValues(ApiHeaders.IdempotencyKey).Single()).Distinct());
        Assert.All(sent, s => Assert.Equal("{\"epochs\":0}", s.Body));
    }

    [Fact]
    public async Task A_server_that_was_never_there_is_not_waited_for()
    {
        _gateway.On(Nodes, () => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"));
        var failure = await Assert.ThrowsAsync<DistributedApiException>(() => _client.ListNodesAsync());
        Assert.Equal((ApiErrorReason.Unreachable, "http://gate:8080/ cannot be reached: refused"), (failure.Reason, failure.Message));
        Assert.Single(_gateway.Asked);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_an_error()
    {
        _gateway.OnNever("POST /api/v1/jobs/a/cancel");
        var failure = await Assert.ThrowsAsync<DistributedApiException>(() => _clock.PassAsync(_client.CancelJobAsync("a")));
        Assert.Equal((ApiErrorReason.Unreachable, "http://gate:8080/ cannot be reached: no answer within 100 s"), (failure.Reason, failure.Message));
    }

    [Fact]
    public async Task A_cancelled_call_is_cancelled_and_no_failure_of_the_server()
    {
        using var cancellation = new CancellationTokenSource();
        _gateway.OnNever(Nodes);
        var asking = _client.ListNodesAsync(cancellation.Token);
        await _gateway.NeverAsked.WaitAsync(TimeSpan.FromSeconds(30));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking.WaitAsync(TimeSpan.FromSeconds(30)));

        _gateway.On("GET /api/v1/datasets", () => Busy(TimeSpan.FromSeconds(20)));
        using var later = new CancellationTokenSource(TimeSpan.FromMilliseconds(50)); // in the wait before a retry
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.ListDatasetsAsync(later.Token).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, ApiErrorReason.Unauthorized)]
    [InlineData(HttpStatusCode.Forbidden, ApiErrorReason.Forbidden)]
    [InlineData(HttpStatusCode.NotFound, ApiErrorReason.NotFound)]
    [InlineData(HttpStatusCode.Conflict, ApiErrorReason.Conflict)]
    [InlineData(HttpStatusCode.RequestEntityTooLarge, ApiErrorReason.TooLarge)]
    [InlineData(HttpStatusCode.UnsupportedMediaType, ApiErrorReason.UnsupportedMedia)]
    [InlineData(HttpStatusCode.UnprocessableEntity, ApiErrorReason.Unprocessable)]
    [InlineData(HttpStatusCode.BadRequest, ApiErrorReason.BadRequest)]
    [InlineData(HttpStatusCode.InternalServerError, ApiErrorReason.Internal)]
    [InlineData(HttpStatusCode.InsufficientStorage, ApiErrorReason.Unavailable)]
    [InlineData((HttpStatusCode)418, ApiErrorReason.Other)]
    public async Task A_refusal_has_its_reason_and_its_problem_document(HttpStatusCode status, ApiErrorReason reason)
    {
        _gateway.On(Nodes, () => FakeGateway.Problem(status, "because"));
        var failure = await Assert.ThrowsAsync<DistributedApiException>(() => _client.ListNodesAsync());
        Assert.Equal((reason, status, "because", false), (failure.Reason, failure.StatusCode, failure.Problem?.Detail, failure.IsTransient));
        Assert.Contains("because", failure.Message, StringComparison.Ordinal);
        Assert.Single(_gateway.Asked);
    }

    [Fact]
    public async Task Something_that_is_no_gateway_is_an_unexpected_answer()
    {
        _gateway.On(Nodes, () => FakeGateway.Json("<html>", type: "text/html"));
        var failure = await Assert.ThrowsAsync<DistributedApiException>(() => _client.ListNodesAsync());
        Assert.Equal(ApiErrorReason.UnexpectedAnswer, failure.Reason);
        _gateway.On(Nodes, () => FakeGateway.Json("<html>", HttpStatusCode.Forbidden, "text/html"));
        Assert.Equal("gate:8080 answers with status 403: no reason was given", (await Assert.ThrowsAsync<DistributedApiException>(() => _client.ListNodesAsync())).Message);
    }

    [Fact]
    public async Task An_upload_opens_its_stream_again_for_a_retry()
    {
        var opened = 0;
        Stream Open() => new MemoryStream(Encoding.UTF8.GetBytes($"a,b\n1,{++opened}\n"));
        _gateway.On("POST /api/v1/datasets?name=a%20b", () => throw new HttpRequestException("reset"), () => FakeGateway.Json("{\"id\":\"x\",\"name\":\"a b\",\"kind\":\"table\",\"bytes\":8,\"uploadedAt\":\"2020-01-01T00:00:00Z\",\"parts\":[]}"));
        Assert.Equal("x", (await _clock.PassAsync(_client.UploadTableAsync(Open, "a b"))).Id);
        Assert.Equal(["a,b\n1,1\n", "a,b\n1,2\n"], _gateway.Asked.Select(a => a.Body));

        // A stream that cannot be opened is the caller's failure, and nothing is sent.
        await Assert.ThrowsAsync<FileNotFoundException>(() => _client.UploadTableAsync(() => throw new FileNotFoundException("gone"), "a"));
        Assert.Equal(2, _gateway.Asked.Count);
    }

    [Fact]
    public async Task Jobs_are_listed_by_the_page_up_to_a_bound()
    {
        static string Job(string id) => $"{{\"id\":\"{id}\",\"state\":\"queued\",\"data\":\"d\",\"submittedAt\":\"2020-01-01T00:00:00Z\"}}";
        _gateway.On("GET /api/v1/jobs?limit=3", () => FakeGateway.Json($"{{\"jobs\":[{Job("c")},{Job("b")}],\"next\":\"b\"}}"));
        _gateway.On("GET /api/v1/jobs?limit=1&before=b", () => FakeGateway.Json($"{{\"jobs\":[{Job("a")}],\"next\":\"a\"}}"));
        var ids = new List<string>();
        await foreach (var job in _client.ListJobsAsync(3)) ids.Add(job.Id);
        Assert.Equal(["c", "b", "a"], ids);
    }

    [Fact]
    public async Task The_key_goes_with_each_request_and_the_callers_client_stays_as_it_is()
    {
        _gateway.On("GET /cluster/api/v1/nodes", Answer);
        using var http = new HttpClient(_gateway.Handler()) { BaseAddress = new Uri("http://gate/cluster/") };
        using (var client = new DistributedClient(http, new DistributedClientOptions { ApiKey = "secret" })) await client.ListNodesAsync();
        Assert.Equal("Bearer secret", _gateway.Asked.Single().Request.Headers.Authorization!.ToString());
        Assert.Null(http.DefaultRequestHeaders.Authorization);
        await http.GetAsync(new Uri("http://gate/cluster/api/v1/nodes")); // not disposed with it
    }

    [Fact]
    public void A_client_without_an_address_or_with_a_broken_key_is_refused()
    {
        using var http = new HttpClient();
        Assert.Contains("BaseAddress", Assert.Throws<ArgumentException>(() => new DistributedClient(http)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new DistributedClient(new Uri("ftp://gate")));
        var refused = Assert.Throws<ArgumentException>(() => new DistributedClient(new Uri("http://gate"), new DistributedClientOptions { ApiKey = "two words" }));
        Assert.DoesNotContain("two words", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_waits_is_an_answer_about_its_readiness()
    {
        _gateway.On("GET /health/ready", () => FakeGateway.Json("{\"status\":\"waiting\",\"reason\":\"no directory\"}", HttpStatusCode.ServiceUnavailable));
        Assert.Equal(new HealthReport("waiting", "no directory"), await _client.GetReadinessAsync());
    }

    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
    }

    private HttpResponseMessage At(List<DateTimeOffset> asked, Func<HttpResponseMessage> answer)
    {
        asked.Add(_clock.GetUtcNow());
        return answer();
    }

    private static HttpResponseMessage Answer() => FakeGateway.Json(System.Text.Json.JsonSerializer.Serialize(new NodeList([Node]), ApiJson.Default.NodeList));

    private static HttpResponseMessage Busy(TimeSpan? retryAfter)
    {
        var answer = FakeGateway.Problem(HttpStatusCode.ServiceUnavailable, "not ready");
        if (retryAfter is { } wait) answer.Headers.RetryAfter = new(wait);
        return answer;
    }
}
