using Distributed.Api;
using Distributed.Node.Access;
using Distributed.Node.Description;
using Distributed.Node.Events;
using Distributed.Node.Jobs;
using Distributed.Node.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;

namespace Distributed.Node.Routes;

/// <summary>A job's events as a stream (Server-Sent Events, WHATWG HTML).</summary>
internal static class EventRoutes
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);

    public static void Map(IEndpointRouteBuilder routes, JobFeeds feeds, JobReader jobs, CancellationToken stopping) =>
        routes.MapGet(ApiRoutes.Jobs + "/{id}/events", async (string id, string? from, int? last, HttpContext context) =>
        {
            var start = StreamStart.Of(from, last);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            var job = JobReader.Parse(id);
            await jobs.CheckAsync(job, ending.Token).ConfigureAwait(false); // 404 for an unknown job
            using var reading = feeds.Open(job);
            var cursor = StreamCursor.After(context.Request.Headers[ApiHeaders.LastEventId].ToString() is { Length: > 0 } resumed ? resumed : null, start);
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers["X-Accel-Buffering"] = "no"; // a proxy in between passes on what comes
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            try
            {
                await WriteAsync(context, "retry: 1000\n\n", ending.Token).ConfigureAwait(false);
                var next = reading.Feed.NextAsync(cursor, ending.Token);
                while (!cursor.IsAtEnd || next.IsCompleted)
                {
                    // The keep-alive of a quiet stream; an event ends the wait at once.
                    if (await Task.WhenAny(next, Task.Delay(KeepAlive, ending.Token)).ConfigureAwait(false) != next)
                    {
                        ending.Token.ThrowIfCancellationRequested();
                        await WriteAsync(context, ": still here\n\n", ending.Token).ConfigureAwait(false); // a client that is gone is noticed
                        continue;
                    }
                    foreach (var told in await next.ConfigureAwait(false)) EventText.Write(context.Response.BodyWriter, told, reading.Feed.Texts);
                    await context.Response.BodyWriter.FlushAsync(ending.Token).ConfigureAwait(false);
                    if (cursor.IsAtEnd) break;
                    if (!cursor.IsBehind) await Task.Delay(Pace, ending.Token).ConfigureAwait(false); // events that arrive meanwhile are sent together
                    next = reading.Feed.NextAsync(cursor, ending.Token);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
            {
                if (!context.Response.HasStarted) throw; // answered 503
                context.Abort(); // the client takes it up again elsewhere, from the last id
            }
        }).Needs(ApiRole.Reader).Produces<StreamedEvents>(StatusCodes.Status200OK, "text/event-stream")
            .Describe("followJob", RouteDescription.Jobs, "A job's events as they come, until it ends.", 404)
            .WithParameter("from", "The first epoch's number, from 0, or end: the next one to be decided. Without it and last the stream begins at the first epoch.", new OpenApiSchema { Type = JsonSchemaType.String })
            .WithParameter("last", "How many of the decided epochs the stream begins with.", new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "0" })
            .WithHeader(ApiHeaders.LastEventId, "Where a stream that broke resumes: the id of its last event.")
            .AnswersBytes($"Server-Sent Events; the data of each is the member of {nameof(StreamedEvents)} with the event's name.", "text/event-stream");

    private static async Task WriteAsync(HttpContext context, string text, CancellationToken cancellation)
    {
        await context.Response.WriteAsync(text, cancellation).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(cancellation).ConfigureAwait(false);
    }
}
