using System.Security.Claims;
using System.Text.Encodings.Web;
using Distributed.Node.InProcess;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Distributed.Node.Access;

/// <summary>
/// Signs in with a page's session. What a browser sends by itself is not what its user asked for, so a change needs an anti-forgery token beside the
/// cookie; a request of the pages' own, in this process, was asked for on the page.
/// </summary>
internal sealed class SessionHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logging, UrlEncoder encoder, Sessions sessions, IAntiforgery antiforgery)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logging, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "Session";

    /// <summary>The cookie's name.</summary>
    public const string CookieName = "distributed-session";

    /// <summary>The claim that holds the session's id, for the pages' own requests.</summary>
    public const string SessionClaim = "session";

    /// <summary>Whether a request shows a session.</summary>
    public static bool HoldsSession(HttpRequest request) => request.Cookies.ContainsKey(CookieName);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Cookies[CookieName] is not { Length: > 0 } id || sessions.Find(id) is not { } key)
            return AuthenticateResult.Fail(new SignInFailure("the session has ended: sign in again"));
        var principal = new Caller(key.Name, key.Role).ToPrincipal(SchemeName);
        ((ClaimsIdentity)principal.Identity!).AddClaim(new Claim(SessionClaim, id));
        if (!IsAskedFor() && !await HoldsTokenAsync(principal).ConfigureAwait(false))
            return AuthenticateResult.Fail(new SignInFailure("a change with a cookie needs an anti-forgery token"));
        return AuthenticateResult.Success(new AuthenticationTicket(principal, SchemeName));
    }

    /// <summary>Whether the request has the token of its user; the check looks at the request's user, who is known only here.</summary>
    private async Task<bool> HoldsTokenAsync(ClaimsPrincipal principal)
    {
        var before = Context.User;
        Context.User = principal;
        try
        {
            return await antiforgery.IsRequestValidAsync(Context).ConfigureAwait(false);
        }
        finally
        {
            Context.User = before;
        }
    }

    /// <summary>The socket of a page carries no token; the Origin that it must carry is checked instead (<see cref="AccessCheck"/>).</summary>
    private bool IsAskedFor() =>
        HttpMethods.IsGet(Request.Method) || HttpMethods.IsHead(Request.Method) || Context.Features.Get<InProcessConnectionFeature>() is not null
        || Request.Path.StartsWithSegments("/_blazor", StringComparison.Ordinal);
}
