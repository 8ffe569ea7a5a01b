using System.Threading.RateLimiting;
using Distributed.Api;
using Distributed.Jobs.Gateway;
using Distributed.Jobs.Submission;
using Distributed.Node.Access;
using Distributed.Node.Audit;
using Distributed.Node.Budgets;
using Distributed.Node.Configuration;
using Distributed.Node.Datasets;
using Distributed.Node.Description;
using Distributed.Node.Keys;
using Distributed.Node.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;

namespace Distributed.Node.Routes;

/// <summary>Uploaded data sets.</summary>
internal static class DatasetRoutes
{
    public static void Map(IEndpointRouteBuilder routes, HttpLimits limits, DatasetStore store, Computations computations, RequestMemory memory, GatewayAccess cluster)
    {
        var upload = new DatasetUpload(store, limits, computations, memory, TimeProvider.System);
        var places = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = limits.Uploads, QueueLimit = 0 });

        routes.MapGet(ApiRoutes.Datasets, () => TypedResults.Ok(new DatasetList(store.List())))
            .Needs(ApiRole.Reader).Describe("listDatasets", RouteDescription.Datasets, "Every uploaded data set, newest first.");

        var uploading = routes.MapPost(ApiRoutes.Datasets, async Task<IResult> (HttpContext context) =>
        {
            using var place = places.AttemptAcquire();
            if (!place.IsAcquired) throw ApiException.TooMany($"{limits.Uploads} uploads are under way, and no more may be at once", TimeSpan.FromSeconds(5));
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null; // counted while it arrives
            var (isNew, stored) = await upload.ReceiveAsync(context, Caller.Of(context.User).Name, Caller.CountedAs(context)).ConfigureAwait(false);
            context.AuditTarget(stored.Dataset.Id);
            return isNew
                ? Results.Json(stored.Dataset, statusCode: StatusCodes.Status201Created).At(ApiRoutes.Dataset(stored.Dataset.Id))
                : Results.Json(stored.Dataset);
        }).Needs(ApiRole.Submitter).Audited("upload").Produces<Dataset>().Produces<Dataset>(StatusCodes.Status201Created)
            .Describe("uploadDataset", RouteDescription.Datasets, "Uploads a table as the body or as a part, or images as parts; the same content is kept once.", 400, 413, 415, 422)
            .WithParameter("name", "The display name.", new OpenApiSchema { Type = JsonSchemaType.String })
            .WithForm(DatasetParts.All).WithBytes("text/csv", "application/octet-stream")
            .AnswersHeader(StatusCodes.Status201Created, "Location", "The data set's path.");
        foreach (var setting in TableWriting.All)
            uploading.WithParameter(setting.Member, "Of a table: " + setting.Help + ". A job gives it too.", new OpenApiSchema { Type = JsonSchemaType.String });

        routes.MapGet(ApiRoutes.Datasets + "/{id}", async (string id, CancellationToken cancellation) =>
        {
            var stored = Find(store, id);
            var users = await cluster.UsersOfAsync(stored.Dataset.Id, cancellation).ConfigureAwait(false);
            return TypedResults.Ok(stored.Description with { UsedBy = [.. users.Select(job => job.Value)] });
        }).Needs(ApiRole.Reader).Describe("getDataset", RouteDescription.Datasets, "What is in a data set: columns, types, rows, missing values, classes.", 404);

        routes.MapDelete(ApiRoutes.Datasets + "/{id}", async (string id, HttpContext context, CancellationToken cancellation) =>
        {
            var stored = Find(store, id);
            Caller.Of(context.User).CheckOwns(stored.Owner, "the data set");
            var users = await cluster.UsersOfAsync(stored.Dataset.Id, cancellation).ConfigureAwait(false);
            if (users.Count > 0) throw ApiException.Conflict($"{string.Join(", ", users.Take(3))}{(users.Count > 3 ? $" and {users.Count - 3} more" : "")} learn from it: delete these jobs first");
            if (!store.TryDelete(stored.Dataset.Id)) throw ApiException.Conflict("a job is being submitted that learns from it");
            return TypedResults.NoContent();
        }).Needs(ApiRole.Submitter).Audited("delete-dataset").Describe("deleteDataset", RouteDescription.Datasets, "Deletes a data set that no job uses.", 404, 409);
    }

    private static StoredDataset Find(DatasetStore store, string id) =>
        store.Find(id) ?? throw ApiException.NotFound($"there is no data set of that id; {ApiRoutes.Datasets} lists those that there are");
}
