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
        foreach (var path in (string[])["/", "/page.js", ApiRoutes.Jobs, ApiRoutes.Job("unknown"), ApiRoutes.OpenApi, ApiRoutes.Live, ApiRoutes.Metrics, "/nowhere"])
        {
            using var response = await gateway.Client.GetAsync(path);
            Assert.True(response.Headers.TryGetValues("X-Content-Type-Options", out var sniff) && sniff.Single() == "nosniff", path);
            Assert.True(response.Headers.CacheControl?.NoStore, path);
        }
    }

    [Fact]
    public async Task The_page_runs_its_own_script_file_and_no_other()
    {
        using var response = await gateway.Client.GetAsync("/");
        var page = await response.Content.ReadAsStringAsync();
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch(new Regex("script-src[^;]*unsafe"), policy);
        Assert.All(Regex.Matches(page, "<script[^>]*>(.*?)</script>", RegexOptions.Singleline).ToList(), script => Assert.Equal("", script.Groups[1].Value));
        Assert.DoesNotMatch(new Regex(@"\son[a-z]+\s*="), page);
        var source = Assert.Single(Regex.Matches(page, "<script src=\"([^\"]+)\"").ToList()).Groups[1].Value;
        using var script = await gateway.Client.GetAsync("/" + source);
        Assert.Equal((HttpStatusCode.OK, "text/javascript"), (script.StatusCode, script.Content.Headers.ContentType?.MediaType));
        var code = await script.Content.ReadAsStringAsync();
        Assert.Contains("refresh()", code, StringComparison.Ordinal);
        foreach (var kept in (string[])["sessionStorage", "localStorage", "cookie", "innerHTML"]) Assert.DoesNotContain(kept, code, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_whose_data_is_null_is_refused_instead_of_learning_digits()
    {
        var problem = await (await gateway.Client.PostAsync(ApiRoutes.Jobs, ClientExtensions.Json("""{ "data": null, "epochs": 1 }"""))).ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Contains("'data' is null", problem.Detail, StringComparison.Ordinal);
    }
}
