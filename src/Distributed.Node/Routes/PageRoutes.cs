using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Distributed.Node.Routes;

/// <summary>The page at the root: nodes, jobs and curves, by the API that everybody uses. It holds nothing itself, so it needs no key.</summary>
internal static class PageRoutes
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static void Map(IEndpointRouteBuilder routes)
    {
        Map(routes, "/", "page/index.html", "text/html; charset=utf-8");
        Map(routes, "/page.js", "page/page.js", "text/javascript; charset=utf-8");
    }

    private static void Map(IEndpointRouteBuilder routes, string path, string resource, string type)
    {
        var content = Read(resource);
        routes.MapGet(path, async (HttpContext context) =>
        {
            context.Response.ContentType = type;
            context.Response.Headers.ContentSecurityPolicy = Policy;
            await context.Response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
        }).ExcludeFromDescription();
    }

    private static byte[] Read(string resource)
    {
        using var stream = typeof(PageRoutes).Assembly.GetManifestResourceStream(resource) ?? throw new InvalidOperationException("the assembly does not carry the page");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
