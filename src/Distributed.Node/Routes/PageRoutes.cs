using Distributed.Dashboard;
using Distributed.Node.Access;
using Distributed.Node.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Distributed.Node.Routes;

/// <summary>The pages at the root, for everybody who may read.</summary>
internal static class PageRoutes
{
    public static void Map(IEndpointRouteBuilder routes, AccessCheck access)
    {
        SignInRoutes.Map(routes, access);
        routes.MapDashboard().Needs(ApiRole.Reader).WithMetadata(new PageMark());
    }
}
