using System.Net;
using Distributed.Node.Configuration;
using Distributed.Node.Keys;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace Distributed.Node.Access;

/// <summary>Signs in with a token of an OpenID Connect server: signed by one of its keys, issued by it, for this audience, not expired.</summary>
internal static class TokenScheme
{
    /// <summary>The scheme's name.</summary>
    public const string Name = "Token";

    private const int LongestSubject = 255; // OpenID Connect Core 1.0, section 2

    public static void Configure(JwtBearerOptions options, TokenSettings settings)
    {
        options.Authority = settings.Authority.AbsoluteUri;
        options.Audience = settings.Audience;
        options.RequireHttpsMetadata = !IsLoopback(settings.Authority);
        options.MapInboundClaims = false;
        options.BackchannelTimeout = TimeSpan.FromSeconds(10);
        options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidAudience = settings.Audience,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromMinutes(1),
            // Signatures with a private key alone: a token signed with a secret would accept the public key as that secret.
            ValidAlgorithms =
            [
                SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
                SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
                SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
            ],
        };
        options.Events = new JwtBearerEvents
        {
            OnTokenValidated = context =>
            {
                var subject = context.Principal!.FindFirst("sub")?.Value;
                if (subject is not { Length: > 0 and <= LongestSubject } || subject.Any(char.IsControl)) context.Fail(new SignInFailure("the token has no subject (sub)"));
                else context.Principal = Caller.OfToken(subject, RoleOf(context.Principal.FindAll(settings.RoleClaim).Select(claim => claim.Value))).ToPrincipal(Name);
                return Task.CompletedTask;
            },
            OnAuthenticationFailed = async context => context.Fail(new SignInFailure(
                await AnswersAsync(context).ConfigureAwait(false) ? Describe(context.Exception) : $"the token cannot be checked: {settings.Authority.Host} does not answer for now")),
        };
    }

    /// <summary>Whether a token server is on this machine, where plain HTTP is allowed.</summary>
    public static bool IsLoopback(Uri server) => server.IsLoopback || (IPAddress.TryParse(server.Host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>The highest role among a claim's values.</summary>
    private static ApiRole? RoleOf(IEnumerable<string> values) => values.Select(ApiRoles.Find).Max();

    /// <summary>Whether the server's keys are known: a token that nobody can check fails like a forged one.</summary>
    private static async Task<bool> AnswersAsync(AuthenticationFailedContext context)
    {
        try
        {
            await context.Options.ConfigurationManager!.GetConfigurationAsync(context.HttpContext.RequestAborted).ConfigureAwait(false);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string Describe(Exception failure) => failure switch
    {
        SecurityTokenExpiredException => "the token has expired",
        SecurityTokenNotYetValidException => "the token is not valid yet",
        SecurityTokenInvalidAudienceException => "the token is for another audience",
        SecurityTokenInvalidIssuerException => "the token is of another issuer",
        _ => "the token is not valid here",
    };
}
