using Microsoft.Playwright;

namespace Distributed.Dashboard.Tests.Browsers;

/// <summary>Every page, with something to show.</summary>
internal static class SamplePages
{
    public const string Rivals = "a-job-with-a-name-that-is-as-long-as-names-of-jobs-can-be-and-then-some-more";

    /// <summary>Jobs and data for the pages; once.</summary>
    /// <returns>A job that has ended.</returns>
    public static async Task<string> PrepareAsync(GatewayFixture gateway)
    {
        const string job = "flowers-of-the-garden";
        using (var known = await gateway.Client.GetAsync(Api.ApiRoutes.Job(job)))
            if (known.IsSuccessStatusCode) return job;
        var set = await gateway.UploadAsync(Flowers(), "flowers");
        await gateway.SubmitAsync($$"""{ "data": "{{set.Id}}", "target": "kind", "ignore": "id", "epochs": 25, "name": "{{job}}" }""");
        await gateway.SubmitAsync($$"""{ "data": "{{set.Id}}", "target": "kind", "ignore": "id", "epochs": 25, "seed": 2, "name": "{{Rivals[..60]}}" }""");
        await gateway.UntilEndedAsync(job);
        await gateway.UntilEndedAsync(Rivals[..60]);
        return job;
    }

    /// <summary>The pages' names and paths.</summary>
    public static IReadOnlyList<(string Name, string Path)> Of(string job) =>
    [
        ("overview", "/"), ("jobs", "/jobs"), ("job", $"/jobs/{job}"), ("new-job", "/jobs/new"), ("ask", $"/ask/{job}"), ("compare", $"/compare?jobs={job},{Rivals[..60]}"),
        ("models", "/models"), ("datasets", "/datasets"), ("nodes", "/nodes"), ("settings", "/settings"), ("job-unknown", "/jobs/there-is-no-such-job"), ("compare-empty", "/compare"),
    ];

    /// <summary>Waits until a page shows its heading and nothing on it moves.</summary>
    public static async Task SettleAsync(IPage page)
    {
        await page.Locator("main h1").First.WaitForAsync();
        await page.WaitForFunctionAsync("() => document.getAnimations().every(a => a.playState !== 'running')");
    }

    /// <summary>A table of 240 flowers with a text, a missing cell now and then, and a number for each row.</summary>
    public static string Flowers()
    {
        string[] kinds = ["rose", "tulip", "lily"], colours = ["red", "white", "yellow", ""];
        return "id,height,petals,colour,kind\n" + string.Concat(Enumerable.Range(0, 240).Select(i =>
            $"{1000 + i},{20 + (i % 3 * 12) + (i * 7 % 10)},{(i % 19 == 0 ? "" : $"{5 + (i % 3 * 4) + (i % 4)}")},{colours[i * 5 % 4]},{kinds[i % 3]}\n"));
    }
}
