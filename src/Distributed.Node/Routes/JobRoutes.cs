using System.Globalization;
using Distributed.Api;
using Distributed.Cluster.Messages;
using Distributed.Jobs.Gateway;
using Distributed.Node.Access;
using Distributed.Node.Audit;
using Distributed.Node.Budgets;
using Distributed.Node.Configuration;
using Distributed.Node.Description;
using Distributed.Node.Histories;
using Distributed.Node.Jobs;
using Distributed.Node.Keys;
using Distributed.Node.Problems;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;

namespace Distributed.Node.Routes;

/// <summary>Jobs: submitted, listed, steered, read.</summary>
internal static class JobRoutes
{
    private const int DefaultPage = 50;
    private const int LongestKey = 128;
    private const string Job = ApiRoutes.Jobs + "/{id}";

    public static void Map(IEndpointRouteBuilder routes, HttpLimits limits, SubmissionService desk, JobReader jobs, Computations computations, GatewayAccess cluster)
    {
        routes.MapPost(ApiRoutes.Jobs, async Task<IResult> (HttpContext context, CancellationToken cancellation) =>
        {
            using var place = await computations.EnterAsync(Caller.CountedAs(context), cancellation).ConfigureAwait(false);
            var body = await context.ReadBodyAsync(Math.Min(limits.BodyBytes, SubmitJob.MaximumBytes), cancellation).ConfigureAwait(false);
            var submitted = await desk.SubmitAsync(body, KeyOf(context.Request), Caller.Of(context.User).Name, cancellation).ConfigureAwait(false);
            context.AuditTarget(submitted.Summary.Id);
            var detail = await jobs.DetailAsync(new JobId(submitted.Summary.Id), null, cancellation).ConfigureAwait(false) with { Notes = submitted.Notes };
            return Results.Json(detail, statusCode: submitted.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK)
                .At(ApiRoutes.Job(submitted.Summary.Id));
        }).Needs(ApiRole.Submitter).Audited("submit").Produces<JobDetail>().Produces<JobDetail>(StatusCodes.Status201Created)
            .Describe("submitJob", RouteDescription.Jobs, "Submits a job: a job file of settings, checked against its data before it is accepted.", 400, 409, 413, 422)
            .WithBody(ApiDocument.JobSettings, isRequired: true)
            .WithHeader(ApiHeaders.IdempotencyKey, "The same key with the same body gives the same job, once.", LongestKey)
            .AnswersHeader(StatusCodes.Status201Created, "Location", "The job's path.");

        routes.MapGet(ApiRoutes.Jobs, async (int? limit, string? before, CancellationToken cancellation) =>
        {
            if (limit is < 1 or > GetJobPage.MaximumLimit) throw ApiException.BadRequest($"limit is {limit}: must be between 1 and {GetJobPage.MaximumLimit}");
            JobId? from = before is null ? null : JobId.TryParse(before, out var parsed) ? parsed : throw ApiException.BadRequest("before is not a job's name");
            return TypedResults.Ok(await jobs.PageAsync(from, limit ?? DefaultPage, cancellation).ConfigureAwait(false));
        }).Needs(ApiRole.Reader).Describe("listJobs", RouteDescription.Jobs, "Jobs, newest first, by the page.", 400)
            .WithParameter("limit", "The most jobs of the page.", new OpenApiSchema
            {
                Type = JsonSchemaType.Integer,
                Format = "int32",
                Minimum = "1",
                Maximum = GetJobPage.MaximumLimit.ToString(CultureInfo.InvariantCulture),
                Default = DefaultPage,
            })
            .WithParameter("before", "The page before's next.", new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = JobId.MaximumLength });

        routes.MapGet(Job, async (string id, int? last, CancellationToken cancellation) =>
        {
            if (last < 0) throw ApiException.BadRequest($"last is {last}: must be 0 or more");
            return TypedResults.Ok(await jobs.DetailAsync(JobReader.Parse(id), last, cancellation).ConfigureAwait(false));
        }).Needs(ApiRole.Reader).Describe("getJob", RouteDescription.Jobs, "Everything about a job.", 400, 404)
            .WithParameter("last", "The last epochs alone; without it all of them.", new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32", Minimum = "0" });

        routes.MapDelete(Job, async (string id, HttpContext context, CancellationToken cancellation) =>
        {
            var job = JobReader.Parse(id);
            await CheckOwnerAsync(cluster, context, job, cancellation).ConfigureAwait(false);
            await SteerAsync(cluster, job, JobSteering.Delete, null, cancellation).ConfigureAwait(false);
            return TypedResults.NoContent();
        }).Needs(ApiRole.Submitter).Audited("delete-job").Describe("deleteJob", RouteDescription.Jobs, "Deletes a job that has ended, its weights and its journal.", 404, 409);

        MapSteering(routes, "pause", JobSteering.Pause, limits, cluster, "Asks a job to rest at a durable checkpoint.");
        MapSteering(routes, "resume", JobSteering.Resume, limits, cluster, "Lets a paused job go on in its turn, perhaps with other run settings.")
            .WithBody(ApiDocument.RunSettings, isRequired: false);
        MapSteering(routes, "cancel", JobSteering.Cancel, limits, cluster, "Asks a job to end on the weights that it has.");

        HistoryRange.Describe(routes.MapGet(Job + "/metrics", async Task<IResult> (string id, int? from, int? limit, int? last, CancellationToken cancellation) =>
        {
            var known = await jobs.FindAsync(JobReader.Parse(id), cancellation).ConfigureAwait(false);
            var epochs = known.History.Decisions;
            return new EpochsResult(id, epochs, HistoryRange.Of(epochs.Count, from, limit, last), known.Picture.Texts);
        }).Needs(ApiRole.Reader).Produces<JobMetrics>().Describe("getJobMetrics", RouteDescription.Jobs, "A job's epochs: all, the last ones, or a page.", 400, 404));

        routes.MapGet(Job + "/status", async (string id, CancellationToken cancellation) =>
            TypedResults.Ok(await jobs.StatusAsync(JobReader.Parse(id), cancellation).ConfigureAwait(false)))
            .Needs(ApiRole.Reader)
            .Describe("getJobStatus", RouteDescription.Jobs, "The present state of a job that has its turn: workers, blocks, checkpoints, where the time goes.", 404, 409);

        HistoryRange.Describe(routes.MapGet(Job + "/log", async (string id, int? from, int? limit, int? last, CancellationToken cancellation) =>
            TypedResults.Ok(await jobs.LogAsync(JobReader.Parse(id), lines => HistoryRange.Of(lines, from, limit, last), cancellation).ConfigureAwait(false)))
            .Needs(ApiRole.Reader).Describe("getJobLog", RouteDescription.Jobs, "What was decided about a job, and when: all lines, the last ones, or a page.", 400, 404));
    }

    private static RouteHandlerBuilder MapSteering(IEndpointRouteBuilder routes, string name, JobSteering steering, HttpLimits limits, GatewayAccess cluster, string summary) =>
        routes.MapPost($"{Job}/{name}", async (string id, HttpContext context, CancellationToken cancellation) =>
        {
            var job = JobReader.Parse(id);
            await CheckOwnerAsync(cluster, context, job, cancellation).ConfigureAwait(false);
            RunOptions? options = null;
            if (steering == JobSteering.Resume && await context.ReadBodyAsync(limits.BodyBytes, cancellation).ConfigureAwait(false) is { Length: > 0 } body)
            {
                var told = await cluster.FindAsync(job, cancellation).ConfigureAwait(false);
                options = told.Options is { } before ? SubmissionService.ReadOptions(body, before) : null;
            }
            var answer = await SteerAsync(cluster, job, steering, options, cancellation).ConfigureAwait(false);
            return Results.Json(answer.Summary!, statusCode: StatusCodes.Status202Accepted);
        }).Needs(ApiRole.Submitter).Audited(name).Produces<JobSummary>(StatusCodes.Status202Accepted)
            .Describe(name + "Job", RouteDescription.Jobs, summary, steering == JobSteering.Resume ? [404, 409, 413, 422] : [404, 409]);

    private static async Task<QueueAnswered> SteerAsync(GatewayAccess cluster, JobId job, JobSteering steering, RunOptions? options, CancellationToken cancellation)
    {
        var answer = await cluster.Jobs.SteerAsync(job, steering, options, cancellation).ConfigureAwait(false);
        return answer.Verdict is QueueVerdict.Done or QueueVerdict.AlreadyDone ? answer : throw ApiException.Of(answer.Verdict, answer.Reason ?? "");
    }

    /// <summary>A submitter steers what is its own. The owner of a job never changes, so nothing comes between the question and the act.</summary>
    private static async Task CheckOwnerAsync(GatewayAccess cluster, HttpContext context, JobId job, CancellationToken cancellation)
    {
        var caller = Caller.Of(context.User);
        if (caller.Role == ApiRole.Operator) return;
        if ((await cluster.FindAsync(job, cancellation).ConfigureAwait(false)).Facts is { } facts) caller.CheckOwns(facts.Owner, $"the job {job}");
    }

    private static string? KeyOf(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(ApiHeaders.IdempotencyKey, out var values)) return null;
        var key = values.ToString().Trim();
        return key.Length is > 0 and <= LongestKey && key.All(c => c is > ' ' and <= '~')
            ? key
            : throw ApiException.BadRequest($"{ApiHeaders.IdempotencyKey} has 1 to {LongestKey} printable characters without blanks");
    }
}
