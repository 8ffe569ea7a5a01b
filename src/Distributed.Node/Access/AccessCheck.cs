using System.Net;
using System.Threading.RateLimiting;
using Distributed.Api;
using Distributed.Node.Audit;
using Distributed.Node.Configuration;
using Distributed.Node.InProcess;
using Distributed.Node.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Access;

/// <summary>
/// What is asked of a request before its route's policy: a page of this origin, a name under which this API is reached, a sign-in, and a bounded rate.
/// After the sign-in, before the authorization.
/// </summary>
internal sealed class AccessCheck : IDisposable
{
    private readonly bool _isLoopback;
    private readonly IReadOnlySet<string> _hosts;
    private readonly PartitionedRateLimiter<string> _rates;
    private readonly FailedSignIns _failures;
    private readonly AuditLog _audit;

    public AccessCheck(HttpSettings settings, ILogger logger, AuditLog audit)
    {
        _audit = audit;
        _failures = new FailedSignIns(settings.Limits.FailedSignInsPerSecond, logger, audit);
        _isLoopback = IPAddress.IsLoopback(settings.Address.Address);
        _hosts = settings.Hosts;
        var perSecond = settings.Limits.RequestsPerSecond;
        _rates = PartitionedRateLimiter.Create<string, string>(client => RateLimitPartition.GetTokenBucketLimiter(client, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecond * 10,
            TokensPerPeriod = Math.Max(1, perSecond / 10),
            ReplenishmentPeriod = TimeSpan.FromMilliseconds(100),
            AutoReplenishment = true,
            QueueLimit = 0,
        }));
    }

    /// <summary>The middleware.</summary>
    public async Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        if (SignIn.PolicyOf(context.GetEndpoint()?.Metadata) is not null)
        {
            RefuseForeignPages(context.Request);
            if (await AsksForSignInAsync(context).ConfigureAwait(false))
            {
                context.Response.Redirect($"{PageMark.SignInPath}?return={Uri.EscapeDataString(context.Request.Path + context.Request.QueryString)}");
                return;
            }
            await CheckSignInAsync(context).ConfigureAwait(false);
            using var lease = _rates.AttemptAcquire(Caller.CountedAs(context));
            if (!lease.IsAcquired) throw ApiException.TooMany("this client asks too often", TimeSpan.FromSeconds(1));
        }
        await next().ConfigureAwait(false);
    }

    /// <summary>Counts a failed sign-in on the page.</summary>
    /// <returns>How long its source must wait after too many; null when it may try again.</returns>
    public TimeSpan? CountFailure(HttpContext context, string reason) => _failures.Count(context.Connection.RemoteIpAddress, reason);

    /// <summary>Writes an event of the audit log.</summary>
    public void Audit(AuditEvent told) => _audit.Write(told);

    public void Dispose()
    {
        _rates.Dispose();
        _failures.Dispose();
    }

    /// <summary>Whether a browser opens a page without a session: no failed sign-in, but the begin of one.</summary>
    private static async Task<bool> AsksForSignInAsync(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<PageMark>() is not null && HttpMethods.IsGet(context.Request.Method)
        && BearerHeader.Read(context.Request) is null && !context.Request.Path.StartsWithSegments("/_blazor", StringComparison.Ordinal)
        && !(await context.AuthenticateAsync().ConfigureAwait(false)).Succeeded;

    /// <summary>Refuses who is not signed in. Keys and tokens were checked before failures are counted, so that wrong ones do not delay a valid one.</summary>
    private async Task CheckSignInAsync(HttpContext context)
    {
        var result = await context.AuthenticateAsync().ConfigureAwait(false); // once a request: this is the answer of the sign-in before
        if (result.Succeeded) return;
        var reason = result.Failure is SignInFailure failure ? failure.Message : "the key or token is not valid here";
        if (_failures.Count(context.Connection.RemoteIpAddress, reason) is { } wait)
            throw ApiException.TooMany("too many failed sign-ins from this address; a right key is answered all the same", wait);
        throw new ApiException(StatusCodes.Status401Unauthorized, ApiProblemTypes.Unauthorized, "Unauthorized", reason);
    }

    /// <summary>
    /// A browser sends the page's origin along; a name that was bent to this machine's address is in the Host field. The scheme is left out of the
    /// comparison: a proxy before this node may speak HTTPS for it.
    /// </summary>
    public void RefuseForeignPages(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0 && MustNameOrigin(request)) throw ApiException.Forbidden("a browser's socket, and its changes with a cookie, say from which page they come (Origin)");
        if (origin.Length > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out var page) && string.Equals(page.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)))
            throw ApiException.Forbidden("pages of other origins may not use this node");
        if (request.HttpContext.Features.Get<InProcessConnectionFeature>() is not null) return;
        var host = request.Host.Host;
        if (_hosts.Contains(host) || host == "localhost" || IPAddress.TryParse(host.Trim('[', ']'), out _)) return;
        if (_hosts.Count > 0) throw ApiException.Forbidden($"this node answers to {string.Join(", ", _hosts)}, to localhost and to addresses alone");
        if (_isLoopback) throw ApiException.Forbidden($"a node on loopback answers to localhost and to addresses alone; {NodeSetting.HttpHosts.Flag} names others");
    }

    private static bool MustNameOrigin(HttpRequest request) =>
        request.HttpContext.Features.Get<InProcessConnectionFeature>() is null
        && (request.HttpContext.WebSockets.IsWebSocketRequest || IsUpgrade(request)
            || (SessionHandler.HoldsSession(request) && BearerHeader.Read(request) is null && !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)));

    private static bool IsUpgrade(HttpRequest request) => request.Headers.Upgrade.ToString().Contains("websocket", StringComparison.OrdinalIgnoreCase);
}
