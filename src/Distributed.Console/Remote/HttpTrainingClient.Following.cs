using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Distributed.Api;
using Distributed.Cluster;
using Distributed.Jobs.Results;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Console.Remote;

/// <summary>Following one job: its events, taken up again where they were when the connection breaks.</summary>
internal sealed partial class HttpTrainingClient
{
    /// <summary>The longest wait between two attempts, and how long attempts go on without an event.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10), GiveUpAfter = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    /// <exception cref="TrainingException">The server stayed unreachable for minutes; the job continues unwatched.</exception>
    public async IAsyncEnumerable<JobEvent> WatchAsync(JobId job, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? lastId = null;
        var (failures, lost) = (0, _clock.GetTimestamp());
        while (true)
        {
            var opened = await OpenAsync(job, lastId, cancellation).ConfigureAwait(false);
            var broken = opened.Broken;
            if (opened.Response is { } response)
            {
                using var _ = response;
                if (failures > 0) _notice($"connected to {Server.Authority} again");
                var events = new EventStream(await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false), _clock);
                while (true)
                {
                    (var next, broken) = await NextAsync(events, cancellation).ConfigureAwait(false);
                    if (next is not { } given) break;
                    (failures, lost, lastId) = (0, _clock.GetTimestamp(), given.Id ?? lastId);
                    if (Parse(given) is not { } jobEvent || jobEvent.Job != job) continue;
                    yield return jobEvent;
                    if (jobEvent is JobFinished) yield break;
                }
            }
            if (failures > 0 && _clock.GetElapsedTime(lost) > GiveUpAfter)
                throw new TrainingException($"{Server.Authority} cannot be reached ({broken}); the job goes on there, and 'dtrain watch {job}' follows it again");
            var wait = TimeSpan.FromSeconds(Math.Min(0.5 * (1 << Math.Min(failures, 6)), LongestWait.TotalSeconds));
            if (failures++ == 0) _notice($"the connection to {Server.Authority} broke ({broken}); taking it up again");
            // Back-off, doubled up to LongestWait; GiveUpAfter ends it.
            await Task.Delay(wait, _clock, cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task PauseAsync(JobId job, CancellationToken cancellation) => await RequestPauseAsync(job, cancellation).ConfigureAwait(false);

    /// <inheritdoc/>
    public async Task<JobRecord?> FindJobAsync(JobId job, CancellationToken cancellation) =>
        RecordOf(await GetJobAsync(job, cancellation).ConfigureAwait(false));

    /// <summary>Builds the record that a store has of a job.</summary>
    public static JobRecord RecordOf(JobDetail detail) => new(
        new JobId(detail.Summary.Id), detail.Summary.SubmittedAt, detail.Specification, detail.Options, detail.Source, detail.Epochs,
        detail.LastCheckpoint, detail.BestCheckpoint, detail.End)
    {
        FirstWorkers = detail.FirstWorkers,
    };

    /// <summary>The stream, or why it cannot be had for the moment.</summary>
    private async Task<(HttpResponseMessage? Response, string Broken)> OpenAsync(JobId job, string? lastId, CancellationToken cancellation)
    {
        HttpResponseMessage? response = null;
        try
        {
            using var request = Request(HttpMethod.Get, ApiRoutes.JobEvents(job.Value));
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
            if (lastId is not null) request.Headers.TryAddWithoutValidation(ApiHeaders.LastEventId, lastId);
            response = await SendAsync(request, cancellation).ConfigureAwait(false);
            if (ServerAnswer.IsPassing(response.StatusCode))
            {
                var status = (int)response.StatusCode;
                response.Dispose();
                return (null, $"status {status}");
            }
            await ServerAnswer.RequireSuccessAsync(response, Server, cancellation).ConfigureAwait(false);
            return (response, "the stream ended");
        }
        catch (Exception e) when (IsBroken(e, cancellation))
        {
            response?.Dispose();
            return (null, Reason(e));
        }
    }

    private static async Task<(StreamEvent? Next, string Broken)> NextAsync(EventStream events, CancellationToken cancellation)
    {
        try
        {
            return (await events.ReadAsync(cancellation).ConfigureAwait(false), "the stream ended");
        }
        catch (Exception e) when (IsBroken(e, cancellation))
        {
            return (null, Reason(e));
        }
    }

    private JobEvent? Parse(StreamEvent given)
    {
        try
        {
            return ApiEvents.Read(given.Name, given.Data);
        }
        catch (JsonException e)
        {
            throw new TrainingException($"{Server.Authority} sends an event '{given.Name}' that this program cannot read; is it a gateway of this release?", e);
        }
    }
}
