using Distributed.Node.Configuration;
using Distributed.Node.Keys;
using Distributed.Node.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Access;

/// <summary>Registers the ways to sign in, and one policy a role.</summary>
internal static class SignIn
{
    private const string Either = "Either";

    public static void AddSignIn(this IServiceCollection services, HttpSettings settings)
    {
        // AddAuthentication would also keep keys for cookies in the user's folder; this API has none.
        services.AddAuthenticationCore(options => options.DefaultScheme = Either).AddWebEncoders().AddSingleton(TimeProvider.System);
        services.AddSingleton<IAuthenticationConfigurationProvider, NoConfiguration>();
        services.AddSingleton(provider => new SignInSettings(
            new WatchedKeys(settings.Keys, settings.KeysFile, provider.GetRequiredService<ILoggerFactory>().CreateLogger("http"), TimeProvider.System), settings.Tokens));
        services.AddSingleton(provider => new Sessions(
            Path.Combine(settings.DataFolder, "sessions.json"), provider.GetRequiredService<SignInSettings>().Keys, TimeProvider.System,
            provider.GetRequiredService<ILoggerFactory>().CreateLogger("http")));
        services.AddAntiforgery(options => options.Cookie.Name = "distributed-form");
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
        var schemes = new AuthenticationBuilder(services)
            .AddPolicyScheme(Either, null, options => options.ForwardDefaultSelector = context => SchemeOf(context, settings))
            .AddScheme<AuthenticationSchemeOptions, KeyHandler>(KeyHandler.SchemeName, null)
            .AddScheme<AuthenticationSchemeOptions, SessionHandler>(SessionHandler.SchemeName, null);
        if (settings.Tokens is { } tokens) schemes.AddJwtBearer(TokenScheme.Name, options => TokenScheme.Configure(options, tokens));

        services.AddSingleton<IAuthorizationMiddlewareResultHandler, Refusals>();
        services.AddAuthorization(options =>
        {
            foreach (var role in ApiRoles.All)
                options.AddPolicy(ApiRoles.NameOf(role), policy => policy.RequireRole(ApiRoles.All.Where(held => held >= role).Select(ApiRoles.NameOf)));
        });
    }

    /// <summary>A key or token that is shown counts before a session, and where nobody has to sign in a cookie that is left over counts for nothing.</summary>
    private static string SchemeOf(HttpContext context, HttpSettings settings)
    {
        if (settings.Tokens is not null && BearerHeader.HoldsToken(context.Request)) return TokenScheme.Name;
        var isOpen = settings.Keys.IsEmpty && settings.Tokens is null;
        return !isOpen && BearerHeader.Read(context.Request) is null && SessionHandler.HoldsSession(context.Request) ? SessionHandler.SchemeName : KeyHandler.SchemeName;
    }

    /// <summary>The policy that a route requires; null for a route that is open to everybody.</summary>
    public static string? PolicyOf(IEnumerable<object>? metadata) => metadata?.OfType<IAuthorizeData>().FirstOrDefault()?.Policy;

    /// <summary>What is refused is said as a problem document.</summary>
    private sealed class Refusals : IAuthorizationMiddlewareResultHandler
    {
        public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
        {
            if (authorizeResult.Succeeded) return next(context);
            var caller = Caller.Of(context.User);
            throw ApiException.Forbidden(
                $"{caller} has {(caller.Role is { } role ? $"the role {ApiRoles.NameOf(role)}" : "no role here")}; this needs the role {PolicyOf(context.GetEndpoint()?.Metadata)}");
        }
    }

    /// <summary>Schemes are set here alone, not by files.</summary>
    private sealed class NoConfiguration : IAuthenticationConfigurationProvider
    {
        public IConfiguration AuthenticationConfiguration { get; } = new ConfigurationBuilder().Build();
    }
}
