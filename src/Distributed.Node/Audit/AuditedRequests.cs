using Distributed.Node.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Distributed.Node.Audit;

/// <summary>Writes one event for each request that changes something, after its answer is known; refused sign-ins are written where they are counted.</summary>
internal static class AuditedRequests
{
    private const string TargetKey = "audit target";

    /// <summary>Names a route's action.</summary>
    public static TBuilder Audited<TBuilder>(this TBuilder route, string action) where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new AuditedAction(action));

    /// <summary>Says what a request is about, where its path does not.</summary>
    public static void AuditTarget(this HttpContext context, string target) => context.Items[TargetKey] = target;

    /// <summary>The middleware; outside that of exceptions, which makes answers of them.</summary>
    public static async Task InvokeAsync(AuditLog log, HttpContext context, Func<Task> next)
    {
        await next().ConfigureAwait(false);
        var failed = context.Features.Get<IExceptionHandlerFeature>();
        var status = context.Response.StatusCode;
        if ((context.GetEndpoint() ?? failed?.Endpoint)?.Metadata.GetMetadata<AuditedAction>() is not { } action || context.User.Identity?.IsAuthenticated != true) return;
        var values = failed?.RouteValues ?? context.Request.RouteValues;
        log.Write(new AuditEvent(default, action.Name, status < 400 ? "done" : status < 500 ? "refused" : "failed")
        {
            Who = context.User.Identity.Name,
            From = context.Connection.RemoteIpAddress?.ToString(),
            Target = context.Items[TargetKey] as string ?? Short(values.GetValueOrDefault("id") ?? values.GetValueOrDefault("address")),
            Status = status,
            Reason = failed?.Error is ApiException refused ? refused.Message : failed?.Error.GetType().Name,
        });
    }

    private static string? Short(object? value) => value?.ToString() is { } text ? text.Length > 100 ? text[..100] : text : null;

    private sealed record AuditedAction(string Name);
}
