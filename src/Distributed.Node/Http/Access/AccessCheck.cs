using System.Net;
using System.Threading.RateLimiting;
using Distributed.Protocol.Api;
using Microsoft.AspNetCore.Http;

namespace Distributed.Node.Http;

/// <summary>On a route: what its caller must be allowed.</summary>
internal sealed record NeedsRole(ApiRole Role);

/// <summary>
/// Lets a request through to its route, or says why not: keys and roles, the rate of a client, and, where no key is asked for, requests that a
/// foreign web page makes a browser send.
/// </summary>
internal sealed class AccessCheck : IDisposable
{
    private readonly ApiKeys _keys;
    private readonly bool _isLoopback;
    private readonly PartitionedRateLimiter<string> _rates;

    public AccessCheck(HttpSettings settings)
    {
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
            var client = Identify(context, needed.Role);
            using var lease = _rates.AttemptAcquire(client);
            if (!lease.IsAcquired) throw ApiException.TooMany("this client asks too often", TimeSpan.FromSeconds(1));
        }
        await next().ConfigureAwait(false);
    }

    public void Dispose() => _rates.Dispose();

    /// <summary>Checks the key, and says whose requests are counted together.</summary>
    private string Identify(HttpContext context, ApiRole needed)
    {
        if (_keys.IsEmpty) return context.Connection.RemoteIpAddress?.ToString() ?? "";
        var header = context.Request.Headers.Authorization.ToString();
        const string Scheme = "Bearer ";
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || _keys.Find(header[Scheme.Length..].Trim()) is not { } holder)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new ApiException(
                StatusCodes.Status401Unauthorized, ApiProblemTypes.Unauthorized, "Unauthorized",
                header.Length == 0 ? "an API key is needed: Authorization: Bearer KEY" : "the API key is not known here");
        }
        return needed <= holder.Role
            ? holder.Name
            : throw new ApiException(StatusCodes.Status403Forbidden, ApiProblemTypes.Forbidden, "Forbidden", $"the key '{holder.Name}' may read; this needs one with the role write");
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
