using System.Net;
using System.Threading.RateLimiting;
using Distributed.Api;
using Distributed.Node.Configuration;
using Distributed.Node.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Access;

/// <summary>On a route: what its caller must be allowed.</summary>
internal sealed record NeedsRole(ApiRole Role);

/// <summary>
/// Admits a request to its route or refuses it with a reason: checks keys and roles, the rate of a client, the failed sign-ins of a source and, without
/// keys, cross-site requests of browsers.
/// </summary>
internal sealed class AccessCheck : IDisposable
{
    private readonly ApiKeys _keys;
    private readonly bool _isLoopback;
    private readonly PartitionedRateLimiter<string> _rates;
    private readonly FailedSignIns _failures;

    public AccessCheck(HttpSettings settings, ILogger logger)
    {
        _failures = new FailedSignIns(settings.Limits.FailedSignInsPerSecond, logger);
        _keys = settings.Keys;
        _isLoopback = IPAddress.IsLoopback(settings.Address.Address);
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

    /// <summary>The middleware; after routing.</summary>
    public async Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        var needed = context.GetEndpoint()?.Metadata.GetMetadata<NeedsRole>();
        if (needed is not null)
        {
            RefuseForeignPages(context.Request);
            var holder = _keys.IsEmpty ? null : Identify(context);
            using var lease = _rates.AttemptAcquire(holder?.Name ?? context.Connection.RemoteIpAddress?.ToString() ?? "");
            if (!lease.IsAcquired) throw ApiException.TooMany("this client asks too often", TimeSpan.FromSeconds(1));
            if (holder is not null && needed.Role > holder.Role)
                throw new ApiException(StatusCodes.Status403Forbidden, ApiProblemTypes.Forbidden, "Forbidden", $"the key '{holder.Name}' may read; this needs one with the role write");
        }
        await next().ConfigureAwait(false);
    }

    public void Dispose()
    {
        _rates.Dispose();
        _failures.Dispose();
    }

    /// <summary>The holder of the request's key. The key is checked before failures are counted, so that wrong keys do not delay a valid one.</summary>
    private ApiKeyHolder Identify(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        const string Scheme = "Bearer ";
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && _keys.Find(header[Scheme.Length..].Trim()) is { } holder) return holder;
        var reason = header.Length == 0 ? "no API key" : "the API key is not known here";
        if (_failures.Count(context.Connection.RemoteIpAddress, reason) is { } wait)
            throw ApiException.TooMany("too many failed sign-ins from this address; a right key is answered all the same", wait);
        throw new ApiException(
            StatusCodes.Status401Unauthorized, ApiProblemTypes.Unauthorized, "Unauthorized",
            header.Length == 0 ? "an API key is needed: Authorization: Bearer KEY" : reason);
    }

    /// <summary>A browser sends the page's origin along; a name that was bent to this machine's address is in the Host field.</summary>
    private void RefuseForeignPages(HttpRequest request)
    {
        if (!_keys.IsEmpty) return; // a page has no key
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
            throw new ApiException(StatusCodes.Status403Forbidden, ApiProblemTypes.Forbidden, "Forbidden", "pages of other origins may not use this node");
        if (_isLoopback && request.Host.Host is var host && host != "localhost" && !IPAddress.TryParse(host.Trim('[', ']'), out _))
            throw new ApiException(StatusCodes.Status403Forbidden, ApiProblemTypes.Forbidden, "Forbidden", "a node on loopback answers to localhost and to addresses alone");
    }
}
