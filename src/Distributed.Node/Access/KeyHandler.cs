using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Distributed.Node.Access;

/// <summary>Signs in with an API key; where the API is open, everybody is signed in.</summary>
internal sealed class KeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logging, UrlEncoder encoder, SignInSettings settings)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logging, encoder)
{
    /// <summary>The scheme's name.</summary>
    public const string SchemeName = "Key";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(SignIn());

    private AuthenticateResult SignIn()
    {
        if (settings.IsOpen) return Accept(Caller.Anyone);
        if (BearerHeader.Read(Request) is not { } text) return AuthenticateResult.Fail(new SignInFailure("an API key is needed: Authorization: Bearer KEY"));
        if (settings.Keys.Current.Find(text) is not { } key) return AuthenticateResult.Fail(new SignInFailure("the API key is not known here"));
        return key.Expires is { } end && end <= TimeProvider.GetUtcNow()
            ? AuthenticateResult.Fail(new SignInFailure($"the API key '{key.Name}' ended on {end:yyyy-MM-dd}: ask for a new one"))
            : Accept(new Caller(key.Name, key.Role));
    }

    private static AuthenticateResult Accept(Caller caller) => AuthenticateResult.Success(new AuthenticationTicket(caller.ToPrincipal(SchemeName), SchemeName));
}
