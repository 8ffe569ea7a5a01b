using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Distributed.Node.Tests.Http;

/// <summary>An OpenID Connect server on loopback: its discovery document and its keys; and tokens, as it or a forger makes them.</summary>
internal sealed class TokenServer : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly RSA _rsa = RSA.Create(2048);

    private TokenServer(WebApplication application) => _application = application;

    public string Issuer => _application.Urls.First();

    public RsaSecurityKey Key => new(_rsa) { KeyId = "key-1" };

    public static async Task<TokenServer> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = new TokenServer(builder.Build());
        server._application.Run(context => context.Request.Path.Value switch
        {
            "/.well-known/openid-configuration" => context.Response.WriteAsync($$"""{ "issuer": "{{server.Issuer}}", "jwks_uri": "{{server.Issuer}}/keys" }"""),
            "/keys" => context.Response.WriteAsync(server.Keys()),
            _ => Task.CompletedTask,
        });
        await server._application.StartAsync();
        return server;
    }

    /// <summary>A token.</summary>
    /// <param name="change">Changes what is otherwise right.</param>
    public string Token(Action<SecurityTokenDescriptor>? change = null)
    {
        var now = DateTime.UtcNow;
        var token = new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = "trainer",
            IssuedAt = now.AddHours(-2),
            NotBefore = now.AddHours(-2),
            Expires = now.AddHours(1),
            Claims = new Dictionary<string, object> { ["sub"] = "ann", ["groups"] = new[] { "staff", "submitter" } },
            SigningCredentials = new SigningCredentials(Key, SecurityAlgorithms.RsaSha256),
        };
        change?.Invoke(token);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _rsa.Dispose();
    }

    private string Keys()
    {
        var key = _rsa.ExportParameters(includePrivateParameters: false);
        return $$"""{ "keys": [{ "kty": "RSA", "use": "sig", "kid": "key-1", "n": "{{Base64UrlEncoder.Encode(key.Modulus)}}", "e": "{{Base64UrlEncoder.Encode(key.Exponent)}}" }] }""";
    }
}
