using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.RegularExpressions;
using Distributed.Api;
using Distributed.Api.Client;
using Distributed.Dashboard.Tests.Browsers;
using Distributed.Node.Access;
using Distributed.Node.Http;
using Distributed.Node.Keys;

namespace Distributed.Dashboard.Tests.Access;

/// <summary>The pages' door: sessions instead of keys, and the same rights as everywhere.</summary>
[Collection(GatewayCollection.Name)]
public sealed partial class SessionTests(GatewayFixture gateway)
{
    private const string ReaderKey = "reader-0123456789abcdef", SubmitterKey = "submitter-0123456789abcdef", OperatorKey = "operator-0123456789abcdef";

    private static readonly ApiKeys Keys = ApiKeys.Parse(string.Join('\n', Line("rita", ApiRole.Reader, ReaderKey), Line("sven", ApiRole.Submitter, SubmitterKey), Line("olga", ApiRole.Operator, OperatorKey)));

    [Fact]
    public async Task A_browser_without_a_session_is_sent_to_sign_in_and_back()
    {
        await using var server = await gateway.ServeAsync(Keys, nameof(A_browser_without_a_session_is_sent_to_sign_in_and_back));
        using var browser = new Browser(server.Address);
        using var first = await browser.Client.GetAsync("/jobs?x=1");
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in?return=%2Fjobs%3Fx%3D1"), (first.StatusCode, first.Headers.Location?.OriginalString));
        using var signed = await browser.SignInAsync(SubmitterKey, "/jobs?x=1");
        Assert.Equal((HttpStatusCode.Redirect, "/jobs?x=1"), (signed.StatusCode, signed.Headers.Location?.OriginalString));
        var cookie = Assert.Single(signed.Headers.GetValues("Set-Cookie"), value => value.StartsWith(SessionHandler.CookieName + "=", StringComparison.Ordinal));
        foreach (var part in (string[])["httponly", "samesite=strict", "max-age=43200", "path=/"]) Assert.Contains(part, cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(SubmitterKey, cookie, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.Client.GetAsync("/jobs")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.Client.GetAsync(ApiRoutes.Jobs)).StatusCode); // downloads are links
    }

    [Theory]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("/models", "/models")]
    public async Task Signing_in_leads_to_a_page_of_this_server_alone(string asked, string led)
    {
        await using var server = await gateway.ServeAsync(Keys, "led");
        using var browser = new Browser(server.Address);
        Assert.Equal(led, (await browser.SignInAsync(ReaderKey, asked)).Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_in_words_without_a_cookie()
    {
        await using var server = await gateway.ServeAsync(Keys, "wrong");
        using var browser = new Browser(server.Address);
        using var refused = await browser.SignInAsync("wrong-key", "/");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("not known here", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(refused.Headers.TryGetValues("Set-Cookie", out var set) && set.Any(value => value.StartsWith(SessionHandler.CookieName, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_form_without_its_token_and_one_of_another_origin_are_refused()
    {
        await using var server = await gateway.ServeAsync(Keys, "forms");
        using var browser = new Browser(server.Address);
        using var without = await browser.Client.PostAsync("/sign-in", new FormUrlEncodedContent([new("key", ReaderKey)]));
        Assert.Equal(HttpStatusCode.BadRequest, without.StatusCode);
        browser.Client.DefaultRequestHeaders.Remove("Origin");
        browser.Client.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        using var foreign = await browser.SignInAsync(ReaderKey, "/");
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
    }

    [Fact]
    public async Task A_change_with_the_cookie_alone_is_refused_and_so_is_one_without_an_origin()
    {
        await using var server = await gateway.ServeAsync(Keys, "changes");
        using var browser = new Browser(server.Address);
        await browser.SignInAsync(OperatorKey, "/");
        using var forged = await browser.Client.PostAsync(ApiRoutes.JobCancel("x"), null);
        Assert.Equal(HttpStatusCode.Unauthorized, forged.StatusCode);
        Assert.Contains("anti-forgery", await forged.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        browser.Client.DefaultRequestHeaders.Remove("Origin");
        foreach (var path in (string[])[ApiRoutes.JobCancel("x"), "/_blazor/negotiate?negotiateVersion=1"])
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.Client.PostAsync(path, null)).StatusCode);
    }

    [Fact]
    public async Task The_socket_needs_a_session_and_an_origin_of_this_server()
    {
        await using var server = await gateway.ServeAsync(Keys, "socket");
        using var browser = new Browser(server.Address);
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.Client.PostAsync("/_blazor/negotiate?negotiateVersion=1", null)).StatusCode);
        await browser.SignInAsync(ReaderKey, "/");
        Assert.Equal(HttpStatusCode.OK, (await browser.Client.PostAsync("/_blazor/negotiate?negotiateVersion=1", null)).StatusCode);
        foreach (var origin in (string?[])[null, "https://evil.example"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/_blazor?id=x");
            request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
            request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
            request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
            request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==");
            browser.Client.DefaultRequestHeaders.Remove("Origin");
            if (origin is not null) request.Headers.Add("Origin", origin);
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.Client.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    public async Task Signing_out_ends_the_session_and_a_restart_does_not()
    {
        var port = GatewayFixture.FreePort();
        using var browser = new Browser($"http://127.0.0.1:{port}");
        await using (await gateway.ServeAsync(Keys, "restart", port)) await browser.SignInAsync(ReaderKey, "/");
        await using var again = await gateway.ServeAsync(Keys, "restart", port);
        Assert.Equal(HttpStatusCode.OK, (await browser.Client.GetAsync("/jobs")).StatusCode);
        var kept = browser.SessionCookie!;
        using var signedOut = await browser.PostFormAsync("/sign-out", []);
        Assert.Equal("/sign-in", signedOut.Headers.Location?.OriginalString);
        using var thief = new HttpRequestMessage(HttpMethod.Get, ApiRoutes.Jobs);
        thief.Headers.Add("Cookie", $"{SessionHandler.CookieName}={kept}");
        using var bare = new HttpClient { BaseAddress = new Uri(again.Address) };
        Assert.Equal(HttpStatusCode.Unauthorized, (await bare.SendAsync(thief)).StatusCode);
        Assert.DoesNotContain(kept, await File.ReadAllTextAsync(Path.Combine(gateway.Folder, "restart", "sessions.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_ends_with_its_key()
    {
        var file = Path.Combine(gateway.Folder, "keys-of-sessions");
        await File.WriteAllTextAsync(file, Line("rita", ApiRole.Reader, ReaderKey));
        await using var server = await gateway.ServeAsync(ApiKeys.Parse(await File.ReadAllTextAsync(file)), "revoked", keysFile: file);
        using var browser = new Browser(server.Address);
        await browser.SignInAsync(ReaderKey, "/");
        Assert.Equal(HttpStatusCode.OK, (await browser.Client.GetAsync(ApiRoutes.Jobs)).StatusCode);
        await File.WriteAllTextAsync(file, Line("rita", ApiRole.Operator, OperatorKey)); // another key of the same name
        await GatewayFixture.UntilAsync(async () => (await browser.Client.GetAsync(ApiRoutes.Jobs)).StatusCode == HttpStatusCode.Unauthorized, "the session still holds");
    }

    [Fact]
    public async Task A_reader_is_refused_every_action_of_the_pages_and_a_submitter_those_of_operators()
    {
        await using var server = await gateway.ServeAsync(Keys, "rights");
        var reader = ClientOf(server, ReaderKey);
        using var table = new MemoryStream("a,b\n1,x\n2,y\n"u8.ToArray());
        var actions = new Dictionary<string, Func<DistributedClient, Task>>
        {
            ["submit"] = client => client.SubmitJobAsync(new System.Text.Json.Nodes.JsonObject { ["data"] = "digits" }),
            ["pause"] = client => client.PauseJobAsync("x"),
            ["resume"] = client => client.ResumeJobAsync("x"),
            ["cancel"] = client => client.CancelJobAsync("x"),
            ["delete"] = client => client.DeleteJobAsync("x"),
            ["upload"] = client => client.UploadTableAsync(() => new MemoryStream(table.ToArray()), "t"),
            ["delete data"] = client => client.DeleteDatasetAsync("x"),
            ["drain"] = client => client.DrainNodeAsync("x"),
        };
        foreach (var (name, act) in actions)
        {
            var refusal = await Assert.ThrowsAsync<DistributedApiException>(() => act(reader));
            Assert.True(refusal.Reason == ApiErrorReason.Forbidden, $"{name}: {refusal.Message}");
            Assert.Contains("rita", refusal.Message, StringComparison.Ordinal);
        }
        Assert.NotEmpty(await reader.ListNodesAsync());
        Assert.Equal(ApiErrorReason.Forbidden, (await Assert.ThrowsAsync<DistributedApiException>(() => ClientOf(server, SubmitterKey).DrainNodeAsync("x"))).Reason);
        Assert.Equal(ApiErrorReason.NotFound, (await Assert.ThrowsAsync<DistributedApiException>(() => ClientOf(server, OperatorKey).DrainNodeAsync("x"))).Reason);
        var nobody = server.PageAccess.ClientOf(new ClaimsPrincipal());
        Assert.Equal(ApiErrorReason.Unauthorized, (await Assert.ThrowsAsync<DistributedApiException>(() => nobody.ListNodesAsync())).Reason);
    }

    private static DistributedClient ClientOf(HttpServer server, string key)
    {
        var id = server.Sessions.Begin(Keys.Find(key)!);
        return server.PageAccess.ClientOf(new ClaimsPrincipal(new ClaimsIdentity([new Claim(SessionHandler.SessionClaim, id)])));
    }

    private static string Line(string name, ApiRole role, string key) => $"{name}:{ApiRoles.NameOf(role)}:never:sha256:{Convert.ToHexStringLower(ApiKey.HashOf(key))}";

    /// <summary>What a browser does with cookies, forms and the Origin, without one.</summary>
    private sealed partial class Browser : IDisposable
    {
        private readonly HttpClientHandler _handler = new() { AllowAutoRedirect = false, CookieContainer = new CookieContainer() };

        public Browser(string address)
        {
            Client = new HttpClient(_handler) { BaseAddress = new Uri(address) };
            Client.DefaultRequestHeaders.Add("Origin", address);
            Client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        }

        public HttpClient Client { get; }

        public string? SessionCookie => _handler.CookieContainer.GetCookies(Client.BaseAddress!)[SessionHandler.CookieName]?.Value;

        public Task<HttpResponseMessage> SignInAsync(string key, string target) => PostFormAsync("/sign-in", [new("key", key), new("return", target)]);

        public async Task<HttpResponseMessage> PostFormAsync(string path, IEnumerable<KeyValuePair<string, string>> values)
        {
            var page = await Client.GetStringAsync(path);
            var token = Token().Match(page).Groups[1].Value;
            Assert.NotEmpty(token);
            return await Client.PostAsync(path, new FormUrlEncodedContent(values.Append(new KeyValuePair<string, string>("__RequestVerificationToken", token))));
        }

        public void Dispose()
        {
            Client.Dispose();
            _handler.Dispose();
        }

        [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
        private static partial Regex Token();
    }
}
