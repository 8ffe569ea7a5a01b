using Distributed.Api;
using Distributed.Jobs.Gateway;
using Distributed.Node.Access;
using Distributed.Node.Audit;
using Distributed.Node.Description;
using Distributed.Node.Keys;
using Distributed.Node.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Distributed.Node.Routes;

/// <summary>The members of the cluster.</summary>
internal static class NodeRoutes
{
    public static void Map(IEndpointRouteBuilder routes, GatewayAccess cluster)
    {
        routes.MapGet(ApiRoutes.Nodes, async (CancellationToken cancellation) =>
            TypedResults.Ok(new NodeList([.. (await cluster.NodesAsync(cancellation).ConfigureAwait(false)).OrderBy(node => node.Address, StringComparer.Ordinal)])))
            .Needs(ApiRole.Reader).Describe("listNodes", RouteDescription.Nodes, "Members, their roles, versions and load.");

        routes.MapPost(ApiRoutes.Nodes + "/{address}/drain", (string address) => cluster.Drain(address)
                ? TypedResults.Accepted((string?)null)
                : throw ApiException.NotFound($"there is no node '{(address.Length > 80 ? address[..80] : address)}'; {ApiRoutes.Nodes} lists them as host:port"))
            .Needs(ApiRole.Operator).Audited("drain").Describe("drainNode", RouteDescription.Nodes, "Lets a node finish what it computes, leave the cluster and end.", 404);
    }
}
