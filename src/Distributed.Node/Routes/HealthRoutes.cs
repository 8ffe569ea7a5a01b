using Distributed.Api;
using Distributed.Jobs.Gateway;
using Distributed.Node.Configuration;
using Distributed.Node.Description;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Distributed.Node.Routes;

/// <summary>Whether the node lives and serves; on every node with <c>--http</c>, without a key.</summary>
internal static class HealthRoutes
{
    private const string Insecure = "the node was started with --insecure: everybody who reaches it can join the cluster, and read and change all of it";

    public static void Map(IEndpointRouteBuilder routes, HttpSettings settings, GatewayAccess cluster)
    {
        var warning = settings.IsInsecure ? Insecure : null;
        routes.MapGet(ApiRoutes.Live, () => Results.Json(
                new HealthReport(cluster.Failure is null ? "live" : "failed", cluster.Failure) { Warning = warning }, ApiJson.Default.HealthReport,
                statusCode: cluster.Failure is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable))
            .Produces<HealthReport>().Produces<HealthReport>(StatusCodes.Status503ServiceUnavailable)
            .Describe("getLiveness", RouteDescription.Health, "Whether the process runs and can do its part; otherwise it must be started again.");
        routes.MapGet(ApiRoutes.Ready, async (CancellationToken cancellation) =>
        {
            var reason = settings.IsGateway ? await cluster.WhyNotReadyAsync(cancellation).ConfigureAwait(false)
                : cluster.IsMember ? null : "the node is not yet a member of the cluster";
            return Results.Json(
                new HealthReport(reason is null ? "ready" : "waiting", reason) { Warning = warning }, ApiJson.Default.HealthReport,
                statusCode: reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        }).Produces<HealthReport>().Produces<HealthReport>(StatusCodes.Status503ServiceUnavailable)
            .Describe("getReadiness", RouteDescription.Health, "Whether the node is a member of the cluster and can serve.");
    }
}
