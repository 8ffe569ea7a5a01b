using Distributed.Dashboard.Layout;
using Distributed.Node.Access;
using Distributed.Node.Audit;
using Distributed.Node.Problems;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Distributed.Node.Routes;

/// <summary>Signing in to the pages: an API key is exchanged for a session's cookie.</summary>
internal static class SignInRoutes
{
    public const string SignOutPath = "/sign-out";

    private const int LongestKey = 512;

    public static void Map(IEndpointRouteBuilder routes, AccessCheck access)
    {
        routes.MapGet(PageMark.SignInPath, (HttpContext context) => Page(context, Local(context.Request.Query["return"]), null)).ExcludeFromDescription();
        routes.MapPost(PageMark.SignInPath, async Task<IResult> (HttpContext context, IAntiforgery antiforgery, Sessions sessions, SignInSettings settings) =>
        {
            var form = await FormAsync(context, antiforgery, access).ConfigureAwait(false);
            var target = Local(form["return"]);
            var text = form["key"].ToString().Trim();
            if (settings.IsOpen) return Results.LocalRedirect(target);
            var key = text.Length is > 0 and <= LongestKey ? settings.Keys.Current.Find(text) : null;
            if (key is null || key.Expires <= DateTimeOffset.UtcNow)
            {
                var reason = key is null ? "the API key is not known here" : $"the API key '{key.Name}' has ended: ask for a new one";
                var wait = access.CountFailure(context, reason);
                return Page(context, target, wait is { } pause ? $"Too many failed sign-ins from this address: try again in {Math.Ceiling(pause.TotalSeconds)} s." : $"This does not let you in: {reason}.");
            }
            context.Response.Cookies.Append(SessionHandler.CookieName, sessions.Begin(key), CookieOf(context, Sessions.Life));
            access.Audit(new AuditEvent(default, "sign-in", "done") { Who = key.Name, From = context.Connection.RemoteIpAddress?.ToString() });
            return Results.LocalRedirect(target);
        }).ExcludeFromDescription();

        routes.MapGet(SignOutPath, (HttpContext context) => new RazorComponentResult<SignOutPage>(new { })).ExcludeFromDescription();
        routes.MapPost(SignOutPath, async Task<IResult> (HttpContext context, IAntiforgery antiforgery, Sessions sessions) =>
        {
            await FormAsync(context, antiforgery, access).ConfigureAwait(false);
            if (context.Request.Cookies[SessionHandler.CookieName] is { Length: > 0 } id) sessions.End(id);
            context.Response.Cookies.Delete(SessionHandler.CookieName, CookieOf(context, TimeSpan.Zero));
            return Results.LocalRedirect(PageMark.SignInPath);
        }).ExcludeFromDescription();
    }

    private static async Task<IFormCollection> FormAsync(HttpContext context, IAntiforgery antiforgery, AccessCheck access)
    {
        access.RefuseForeignPages(context.Request);
        if (!await antiforgery.IsRequestValidAsync(context).ConfigureAwait(false)) throw ApiException.BadRequest("the form is too old: load the page again");
        return await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private static RazorComponentResult<SignInPage> Page(HttpContext context, string target, string? failure) =>
        new RazorComponentResult<SignInPage>(new { Return = target, Failure = failure, IsDark = context.Request.Cookies["theme"] == "dark" })
        {
            StatusCode = failure is null ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized,
        };

    private static CookieOptions CookieOf(HttpContext context, TimeSpan life) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        IsEssential = true,
        MaxAge = life > TimeSpan.Zero ? life : null,
    };

    /// <summary>A path of this server, never another one.</summary>
    private static string Local(string? path) =>
        path is { Length: > 1 and < 2_000 } && path[0] == '/' && path[1] is not ('/' or '\\') && !path.Any(char.IsControl) ? path : "/";
}
