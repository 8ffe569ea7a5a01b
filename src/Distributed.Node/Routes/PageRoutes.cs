using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Distributed.Node.Routes;

/// <summary>The page at the root: nodes, jobs and curves, by the API that everybody uses. It holds nothing itself, so it needs no key.</summary>
internal static class PageRoutes
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var page = Read();
        routes.MapGet("/", async (HttpContext context) =>
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            context.Response.Headers.ContentSecurityPolicy = Policy;
            context.Response.Headers.XContentTypeOptions = "nosniff";
            await context.Response.Body.WriteAsync(page, context.RequestAborted).ConfigureAwait(false);
        }).ExcludeFromDescription();
    }

    private static byte[] Read()
    {
        using var stream = typeof(PageRoutes).Assembly.GetManifestResourceStream("page/index.html") ?? throw new InvalidOperationException("the assembly does not carry the page");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
