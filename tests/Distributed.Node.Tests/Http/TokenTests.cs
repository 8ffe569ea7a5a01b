using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Distributed.Api;
using Distributed.Node.Configuration;
using Distributed.Node.Keys;
using Microsoft.IdentityModel.Tokens;

namespace Distributed.Node.Tests.Http;

/// <summary>Tokens of an OpenID Connect server give the roles of a claim; every other token is refused.</summary>
[Collection(GatewayCollection.Name)]
public sealed class TokenTests(GatewayFixture gateway) : IAsyncLifetime
{
    private const string Key = "key-0123456789abcdef";

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-tokens-").FullName;
    private TokenServer _tokens = null!;
    private Node.Http.HttpServer _server = null!;
    private HttpClient _client = null!;

    public async Task InitializeAsync()
    {
        _tokens = await TokenServer.StartAsync();
        _server = await gateway.ServeAsync(new HttpSettings
        {
            Address = new IPEndPoint(IPAddress.Loopback, 0),
            IsGateway = true,
            DataFolder = _folder,
            Keys = ApiKeys.Parse($"reader:read:{Key}"),
            Tokens = new TokenSettings(new Uri(_tokens.Issuer), "trainer", "groups"),
        });
        _client = new HttpClient { BaseAddress = new Uri(_server.Address) };
    }

    [Fact]
    public async Task A_token_may_what_the_roles_of_its_claim_may_and_keys_stay_valid()
    {
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(HttpMethod.Get, ApiRoutes.Jobs, Key)).StatusCode);
        var job = await (await AskAsync(HttpMethod.Post, ApiRoutes.Jobs, _tokens.Token(), """{ "data": "diabetes", "epochs": 1 }""")).ReadAsync<JobDetail>();
        Assert.Equal("token:ann", job.Summary.Owner);
        Assert.Contains("the token of 'ann' has the role submitter", await DetailAsync(HttpMethod.Post, ApiRoutes.NodeDrain("x"), _tokens.Token(), HttpStatusCode.Forbidden), StringComparison.Ordinal);
        var other = _tokens.Token(token => token.Claims["sub"] = "bob");
        Assert.Contains("belongs to 'token:ann'", await DetailAsync(HttpMethod.Post, ApiRoutes.JobCancel(job.Summary.Id), other, HttpStatusCode.Forbidden), StringComparison.Ordinal);
        var boss = _tokens.Token(token => token.Claims["groups"] = "operator");
        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(HttpMethod.Post, ApiRoutes.NodeDrain("x"), boss)).StatusCode);
        var stranger = _tokens.Token(token => token.Claims["groups"] = "staff");
        Assert.Contains("the token of 'ann' has no role here", await DetailAsync(HttpMethod.Get, ApiRoutes.Jobs, stranger, HttpStatusCode.Forbidden), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_ended_is_for_another_or_is_of_another_is_refused()
    {
        await RefusedAsync("the token has expired", _tokens.Token(token => token.Expires = DateTime.UtcNow.AddHours(-1)));
        await RefusedAsync("the token is not valid yet", _tokens.Token(token => token.NotBefore = DateTime.UtcNow.AddMinutes(30)));
        await RefusedAsync("the token is not valid here", _tokens.Token(token => token.Expires = null)); // never ends
        await RefusedAsync("the token is for another audience", _tokens.Token(token => token.Audience = "payroll"));
        await RefusedAsync("the token is for another audience", _tokens.Token(token => token.Audience = null));
        await RefusedAsync("the token is of another issuer", _tokens.Token(token => token.Issuer = "http://127.0.0.1:1"));
        await RefusedAsync("the token has no subject (sub)", _tokens.Token(token => token.Claims.Remove("sub")));
    }

    [Fact]
    public async Task A_token_without_a_signature_of_the_servers_key_is_refused()
    {
        var parts = _tokens.Token().Split('.');
        var none = Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""");
        await RefusedAsync(null, $"{none}.{parts[1]}.");
        await RefusedAsync(null, $"{none}.{parts[1]}.{parts[2]}");
        await RefusedAsync(null, $"{parts[0]}.{parts[1]}.");
        await RefusedAsync(null, $"{parts[0]}.{Base64UrlEncoder.Encode(Base64UrlEncoder.Decode(parts[1]).Replace("submitter", "operator", StringComparison.Ordinal))}.{parts[2]}");
        using var forger = RSA.Create(2048);
        await RefusedAsync(null, _tokens.Token(token => token.SigningCredentials = new SigningCredentials(new RsaSecurityKey(forger) { KeyId = "key-1" }, SecurityAlgorithms.RsaSha256)));
        // The public key as the secret of a symmetric signature.
        var secret = new SymmetricSecurityKey(Encoding.ASCII.GetBytes(_tokens.Key.Rsa.ExportSubjectPublicKeyInfoPem())) { KeyId = "key-1" };
        await RefusedAsync(null, _tokens.Token(token => token.SigningCredentials = new SigningCredentials(secret, SecurityAlgorithms.HmacSha256)));
        await RefusedAsync(null, "a.b.c");
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_named_and_keys_stay_valid()
    {
        var token = _tokens.Token();
        await _tokens.DisposeAsync();
        await RefusedAsync("the token cannot be checked: 127.0.0.1 does not answer for now", token);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(HttpMethod.Get, ApiRoutes.Jobs, Key)).StatusCode);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await _tokens.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task RefusedAsync(string? reason, string token)
    {
        var detail = await DetailAsync(HttpMethod.Get, ApiRoutes.Jobs, token, HttpStatusCode.Unauthorized);
        if (reason is not null) Assert.Equal(reason, detail);
    }

    private async Task<string?> DetailAsync(HttpMethod method, string path, string token, HttpStatusCode status) => (await (await AskAsync(method, path, token)).ProblemAsync(status)).Detail;

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string token, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (method == HttpMethod.Post) request.Content = ClientExtensions.Json(body ?? "{}");
        return await _client.SendAsync(request);
    }
}
