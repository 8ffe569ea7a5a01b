using System.Net;
using System.Text.RegularExpressions;
using Distributed.Api;

namespace Distributed.Node.Tests.Http;

/// <summary>What every answer says to browsers, and what the page may do.</summary>
[Collection(GatewayCollection.Name)]
public sealed class AnswerHeaderTests(GatewayFixture gateway)
{
    [Fact]
    public async Task Every_answer_is_of_its_type_and_kept_by_nothing_on_the_way()
    {
        foreach (var path in (string[])["/", "/jobs", ApiRoutes.Jobs, ApiRoutes.Job("unknown"), ApiRoutes.OpenApi, ApiRoutes.Live, ApiRoutes.Metrics, "/nowhere"])
        {
            using var response = await gateway.Client.GetAsync(path);
            Assert.True(response.Headers.TryGetValues("X-Content-Type-Options", out var sniff) && sniff.Single() == "nosniff", path);
            Assert.True(response.Headers.CacheControl?.NoStore, path);
        }
    }

    [Fact]
    public async Task A_page_runs_scripts_of_this_server_alone_and_none_that_stands_in_it()
    {
        using var response = await gateway.Client.GetAsync("/");
        var page = await response.Content.ReadAsStringAsync();
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        foreach (var part in (string[])["default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "form-action 'self'"]) Assert.Contains(part, policy, StringComparison.Ordinal);
        Assert.All(Regex.Matches(page, "<script[^>]*>(.*?)</script>", RegexOptions.Singleline).ToList(), script => Assert.Equal("", script.Groups[1].Value));
        Assert.DoesNotMatch(new Regex(@"\son[a-z]+\s*="), page);
        var assets = Regex.Matches(page, "<(?:script src|link rel=\"stylesheet\" href)=\"([^\"]+)\"").Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(5, assets.Count);
        foreach (var path in assets)
        {
            Assert.StartsWith("/assets/", path, StringComparison.Ordinal);
            using var asset = await gateway.Client.GetAsync(path);
            Assert.Equal((HttpStatusCode.OK, path.EndsWith(".js", StringComparison.Ordinal) ? "text/javascript" : "text/css"), (asset.StatusCode, asset.Content.Headers.ContentType?.MediaType));
            Assert.True(asset.Headers.CacheControl is { Public: true, MaxAge.TotalDays: > 300 }, path); // its name has the hash of its content
        }
    }

    [Fact]
    public async Task A_job_whose_data_is_null_is_refused_instead_of_learning_digits()
    {
        var problem = await (await gateway.Client.PostAsync(ApiRoutes.Jobs, ClientExtensions.Json("""{ "data": null, "epochs": 1 }"""))).ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Contains("'data' is null", problem.Detail, StringComparison.Ordinal);
    }
}
