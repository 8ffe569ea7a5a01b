using System.Net;
using System.Text;
using Distributed.Api.Client;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Tests;
using Microsoft.Extensions.Time.Testing;

namespace Distributed.Api.Tests.Client;

public sealed class FollowingTests : IDisposable
{
    private const string Stream = "GET /api/v1/jobs/a/events";
    private static readonly JobId Job = new("a");
    private static readonly JobFinished End = new(Job, new JobEnded(JobOutcome.Completed, 20, StopReason.Epochs, null));

    private readonly FakeTimeProvider _clock = new();
    private readonly FakeGateway _gateway = new();
    private readonly HttpClient _http;
    private readonly DistributedClient _client;

    public FollowingTests()
    {
        _http = new HttpClient(_gateway.Handler()) { BaseAddress = new Uri("http://gate:8080"), Timeout = Timeout.InfiniteTimeSpan };
        _client = new DistributedClient(_http, new DistributedClientOptions { Clock = _clock });
    }

    [Fact]
    public async Task A_stream_begins_where_it_is_asked_to()
    {
        foreach (var (options, query) in ((FollowOptions, string)[])[(new FollowOptions { Last = 0 }, "?last=0"), (new FollowOptions { FromEpoch = 4 }, "?from=4"), (new FollowOptions(), "")])
        {
            _gateway.On(Stream, () => FakeGateway.Events(false, 5, End));
            await CollectAsync(options);
            Assert.Equal(Stream + query, _gateway.Asked[^1].What);
        }
    }

    [Fact]
    public async Task A_broken_stream_is_resumed_after_the_last_id()
    {
        List<string> told = [];
        _gateway.On(
            Stream,
            () => FakeGateway.Events(true, 5, new JobStarted(Job, 0, 20, 10, 2), Epoch(0)),
            () => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"),
            () => FakeGateway.Problem(HttpStatusCode.ServiceUnavailable, "not ready"),
            () => FakeGateway.Events(false, 7, Epoch(1), End));
        var events = await _clock.PassAsync(CollectAsync(new FollowOptions { Interrupted = told.Add, Resumed = () => told.Add("resumed") }));
        Assert.Equal([typeof(JobStarted), typeof(EpochEnded), typeof(EpochEnded), typeof(JobFinished)], events.Select(e => e.Event.GetType()));
        Assert.Equal(["5", "6", "7", "8"], events.Select(e => e.Id));
        Assert.Equal(["connection reset by peer", "resumed"], told);
        Assert.False(_gateway.Asked[0].Request.Headers.Contains(ApiHeaders.LastEventId));
        Assert.All(_gateway.Asked.Skip(1), asked => Assert.Equal("6", asked.Request.Headers.GetValues(ApiHeaders.LastEventId).Single()));
        Assert.Equal(4, _gateway.Asked.Count);
    }

    [Fact]
    public async Task A_stream_resumes_where_another_program_left_it_and_unknown_events_are_passed_over()
    {
        var text = "id: 9\nevent: of-a-newer-release\ndata: ?\n\n: still here\n\n" + Line(new JobStarted(new JobId("other"), 0, 1, 1, 1)) + Line(End);
        _gateway.On(Stream, () => new HttpResponseMessage { Content = new StringContent(text, Encoding.UTF8, "text/event-stream") });
        var events = await CollectAsync(new FollowOptions { LastEventId = "8" });
        Assert.Equal(new FollowedEvent(End, "9"), Assert.Single(events));
        Assert.Equal("8", _gateway.Asked.Single().Request.Headers.GetValues(ApiHeaders.LastEventId).Single());
    }

    [Fact]
    public async Task A_server_that_stays_away_is_given_up_after_the_bound()
    {
        _gateway.On(Stream, () => throw new HttpRequestException("refused"));
        var begin = _clock.GetUtcNow();
        var failure = await Assert.ThrowsAsync<DistributedApiException>(() => _clock.PassAsync(CollectAsync(new FollowOptions { GiveUpAfter = TimeSpan.FromMinutes(1) })));
        Assert.Equal((ApiErrorReason.Unreachable, "gate:8080 cannot be reached (refused); the job continues there"), (failure.Reason, failure.Message));
        Assert.InRange((_clock.GetUtcNow() - begin).TotalSeconds, 60, 120);
        Assert.InRange(_gateway.Asked.Count, 6, 20);
    }

    [Fact]
    public async Task An_unknown_job_and_an_unreadable_event_end_the_following()
    {
        var failure = await Assert.ThrowsAsync<DistributedApiException>(() => CollectAsync(null));
        Assert.Equal(ApiErrorReason.NotFound, failure.Reason);

        _gateway.On(Stream, () => new HttpResponseMessage { Content = new StringContent("event: epoch\ndata: {\n\n", Encoding.UTF8, "text/event-stream") });
        failure = await Assert.ThrowsAsync<DistributedApiException>(() => CollectAsync(null));
        Assert.Equal(ApiErrorReason.UnexpectedAnswer, failure.Reason);
    }

    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
    }

    private async Task<List<FollowedEvent>> CollectAsync(FollowOptions? options)
    {
        var events = new List<FollowedEvent>();
        await foreach (var next in _client.FollowJobAsync("a", options)) events.Add(next);
        return events;
    }

    private static EpochEnded Epoch(int epoch) => new(Job, 10, new EpochDecided(epoch, true, null, new EpochMetrics { TrainLoss = 1, ValidationLoss = 1 }));

    private static string Line(JobEvent jobEvent)
    {
        var (name, data) = ApiEvents.Write(jobEvent)!.Value;
        return $"event: {name}\ndata: {data}\n\n";
    }
}
