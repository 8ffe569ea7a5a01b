using Distributed.Node.Budgets;
using Distributed.Node.Configuration;
using Distributed.Node.Keys;
using Distributed.Node.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Distributed.Node.Access;

/// <summary>What routes have in common.</summary>
internal static class RouteExtensions
{
    /// <summary>Sets the role that a route requires.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder route, ApiRole role) where TBuilder : IEndpointConventionBuilder => route.RequireAuthorization(ApiRoles.NameOf(role));

    /// <summary>An answer that says where the thing is.</summary>
    public static IResult At(this IResult result, string location) => new Located(result, location);

    /// <summary>Takes memory for a request until it ends; the first time for its body.</summary>
    /// <exception cref="ApiException">There is none for it now, or it would take too much.</exception>
    public static RequestMemory.MemoryShare HoldMemory(this HttpContext context, long bytes)
    {
        if (context.Features.Get<RequestMemory.MemoryShare>() is { } held)
        {
            held.Grow(bytes);
            return held;
        }
        var share = context.RequestServices.GetRequiredService<RequestMemory>().Take(bytes);
        context.Response.RegisterForDispose(share);
        context.Features.Set(share);
        return share;
    }

    /// <summary>Reads a whole body of bounded length; its memory is counted until the request ends.</summary>
    /// <exception cref="ApiException">It is longer, comes too slowly, or there is no memory for it now.</exception>
    public static async Task<byte[]> ReadBodyAsync(this HttpContext context, long most, CancellationToken cancellation)
    {
        if (context.Request.ContentLength > most) throw TooLong(most);
        context.HoldMemory(2 * (context.Request.ContentLength ?? most)); // twice: the body as it grows, and as one array
        var content = new PacedStream(context.Request.Body, context.RequestServices.GetRequiredService<HttpSettings>().Limits.BodyPace, TimeProvider.System);
        using var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        for (int read; (read = await content.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
        {
            if (body.Length + read > most) throw TooLong(most);
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    private static ApiException TooLong(long most) => ApiException.TooLarge($"the body is longer than {most:#,0} bytes");

    private sealed class Located(IResult result, string location) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.Location = location;
            return result.ExecuteAsync(httpContext);
        }
    }
}
