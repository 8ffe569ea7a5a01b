using System.Security.Claims;
using Distributed.Api.Client;
using Distributed.Dashboard.Gateway;
using Distributed.Node.Access;
using Distributed.Node.InProcess;

namespace Distributed.Node.Pages;

/// <summary>The API for the pages: requests through the same door as any other, signed in by the page's session.</summary>
internal sealed class PageAccess : IPageAccess, IDisposable
{
    private const int MostConnections = 256;

    private readonly SignInSettings _signIn;
    private readonly Sessions _sessions;
    private readonly SocketsHttpHandler _handler;

    public PageAccess(SignInSettings signIn, Sessions sessions, InProcessListener listener, IReadOnlyList<SettingFact> facts)
    {
        (_signIn, _sessions, Facts) = (signIn, sessions, facts);
        _handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) => await listener.ConnectAsync(cancellation).ConfigureAwait(false),
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            MaxConnectionsPerServer = MostConnections,
        };
    }

    public bool NeedsKey => !_signIn.IsOpen;

    public IReadOnlyList<SettingFact> Facts { get; }

    public DistributedClient ClientOf(ClaimsPrincipal user)
    {
        var http = new HttpClient(_handler, disposeHandler: false) { BaseAddress = new Uri("http://localhost"), Timeout = Timeout.InfiniteTimeSpan };
        if (SessionOf(user) is { } session) http.DefaultRequestHeaders.Add("Cookie", $"{SessionHandler.CookieName}={session}");
        return new DistributedClient(http, new DistributedClientOptions { Retries = 0 });
    }

    public bool IsSignedIn(ClaimsPrincipal user) => _signIn.IsOpen || (SessionOf(user) is { } session && _sessions.Find(session) is not null);

    public void Dispose() => _handler.Dispose();

    private static string? SessionOf(ClaimsPrincipal user) => user.FindFirst(SessionHandler.SessionClaim)?.Value;
}
