using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Distributed.Protocol.Messages;

namespace Distributed.Api.Client;

/// <summary>Following one job: its events, resumed where they were when the connection breaks.</summary>
public sealed partial class DistributedClient
{
    private const int LongestEvent = 1 << 20;

    /// <summary>
    /// A job's events until it ends; see <see cref="ApiEvents"/> for which can be missed. A stream that breaks is resumed after the last event that had an id,
    /// so an event with an id comes once.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="options">Where to begin, and for how long a broken stream is resumed; null for the defaults.</param>
    /// <param name="cancellation">Ends the following; the job continues.</param>
    /// <exception cref="DistributedApiException">
    /// The server refuses, or stayed unreachable (<see cref="ApiErrorReason.Unreachable"/>); the job continues unwatched.
    /// </exception>
    public async IAsyncEnumerable<FollowedEvent> FollowJobAsync(
        string job, FollowOptions? options = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        options ??= new FollowOptions();
        var lastId = options.LastEventId;
        var (failures, lost) = (0, _clock.GetTimestamp());
        while (true)
        {
            var (response, broken, asked) = await OpenEventsAsync(job, options, lastId, cancellation).ConfigureAwait(false);
            if (response is not null)
            {
                using var _ = response;
                if (failures > 0) options.Resumed?.Invoke();
                var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
                var parser = SseParser.Create(new BodyStream(body, _options.LongestSilence, LongestEvent, _clock));
                await using var events = parser.EnumerateAsync(cancellation).GetAsyncEnumerator(cancellation);
                while (true)
                {
                    (var next, broken) = await NextAsync(events, cancellation).ConfigureAwait(false);
                    if (next is not { } item) break;
                    (failures, lost) = (0, _clock.GetTimestamp());
                    if (parser.LastEventId.Length > 0) lastId = parser.LastEventId;
                    if (Parse(item) is not { } jobEvent || jobEvent.Job.Value != job) continue;
                    yield return new FollowedEvent(jobEvent, lastId);
                    if (jobEvent is JobFinished) yield break;
                }
            }
            if (failures > 0 && _clock.GetElapsedTime(lost) > options.GiveUpAfter)
                throw new DistributedApiException(ApiErrorReason.Unreachable, $"{Server.Authority} cannot be reached ({broken}); the job continues there", new IOException(broken));
            if (failures == 0) options.Interrupted?.Invoke(broken);
            var backOff = TimeSpan.FromSeconds(0.5 * (1 << Math.Min(failures++, 6)));
            // Doubled up to LongestWait, or as long as the server asks; GiveUpAfter ends it.
            await Task.Delay(Least(options.LongestWait, asked > backOff ? asked : backOff), _clock, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The stream, or why it cannot be had for the moment and how long the server asks to wait.</summary>
    private async Task<(HttpResponseMessage? Response, string Broken, TimeSpan Wait)> OpenEventsAsync(
        string job, FollowOptions options, string? lastId, CancellationToken cancellation)
    {
        try
        {
            return (await AttemptAsync(async token =>
            {
                using var request = Request(HttpMethod.Get, ApiRoutes.JobEvents(job) + StartOf(options));
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
                if (lastId is not null) request.Headers.TryAddWithoutValidation(ApiHeaders.LastEventId, lastId);
                return await SendAsync(request, token).ConfigureAwait(false);
            }, _options.AnswerTimeout, cancellation).ConfigureAwait(false), "the stream ended", TimeSpan.Zero);
        }
        catch (DistributedApiException e) when (e.IsTransient)
        {
            return (null, e.StatusCode is { } status ? $"status {(int)status}" : Cause(e.InnerException ?? e), e.RetryAfter ?? TimeSpan.Zero);
        }
    }

    private static string StartOf(FollowOptions options) => options switch
    {
        { Last: { } last } => FormattableString.Invariant($"?last={last}"),
        { FromEpoch: > 0 and var epoch } => FormattableString.Invariant($"?from={epoch}"),
        _ => "",
    };

    private static async Task<(SseItem<string>? Next, string Broken)> NextAsync(IAsyncEnumerator<SseItem<string>> events, CancellationToken cancellation)
    {
        try
        {
            return (await events.MoveNextAsync().ConfigureAwait(false) ? events.Current : null, "the stream ended");
        }
        catch (Exception e) when (IsBroken(e, cancellation))
        {
            return (null, Cause(e));
        }
    }

    private JobEvent? Parse(SseItem<string> item)
    {
        try
        {
            return ApiEvents.Read(item.EventType, item.Data);
        }
        catch (JsonException e)
        {
            throw Unexpected($"sends an event '{item.EventType}' that this client cannot read", e);
        }
    }
}
