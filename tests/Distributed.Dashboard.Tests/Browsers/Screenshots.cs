using Distributed.Node.Keys;

namespace Distributed.Dashboard.Tests.Browsers;

/// <summary>
/// Pictures of every page at two widths, to be looked at: dotnet test tests/Distributed.Dashboard.Tests -c Release --filter Category=Screenshots. They go to
/// the folder that SCREENSHOTS names, or to a temporary one that the output names.
/// </summary>
[Collection(GatewayCollection.Name)]
[Trait("Category", "Screenshots")]
public sealed class Screenshots(GatewayFixture gateway, BrowserFixture browser, Xunit.Abstractions.ITestOutputHelper output)
{
    [BrowserFact]
    public async Task Of_every_page_at_1440_and_at_390_pixels()
    {
        var folder = Environment.GetEnvironmentVariable("SCREENSHOTS") is { Length: > 0 } named ? named : Directory.CreateTempSubdirectory("distributed-screenshots-").FullName;
        Directory.CreateDirectory(folder);
        output.WriteLine(folder);
        var empty = await ShootAsync(folder, [("overview-empty", "/"), ("jobs-empty", "/jobs"), ("models-empty", "/models"), ("datasets-empty", "/datasets")], gateway.Address, 1440, false);
        var job = await SamplePages.PrepareAsync(gateway);
        await gateway.SubmitAsync("""{ "data": "digits", "epochs": 5000, "name": "running-digits", "shard": 4 }""");
        await gateway.SubmitAsync("""{ "data": "diabetes", "epochs": 200000, "patience": 100000, "name": "running-diabetes" }""");
        await gateway.SubmitAsync("""{ "data": "buyers", "epochs": 20, "name": "waiting" }""");
        await GatewayFixture.UntilAsync(async () => (await gateway.GetAsync("running-digits")).Epochs.Count > 15, "it does not run");
        var pages = SamplePages.Of(job).Append(("job-running", "/jobs/running-digits")).ToList();
        var shot = empty;
        foreach (var width in (int[])[1440, 390]) shot += await ShootAsync(folder, pages, gateway.Address, width, false);
        shot += await ShootAsync(folder, [.. pages.Where(page => page.Item1 is "overview" or "job-running" or "new-job")], gateway.Address, 1440, true);
        await using var closed = await gateway.ServeAsync(ApiKeys.Parse("reader:read:reader-0123456789abcdef"), "closed-pictures");
        await using (var opened = await browser.OpenAsync(closed.Address))
        {
            await opened.Page.GotoAsync("/jobs");
            await opened.Page.GetByLabel("API key").FillAsync("wrong");
            await opened.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
            await opened.Page.GetByRole(Microsoft.Playwright.AriaRole.Alert).WaitForAsync();
            await opened.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, "sign-in-refused-1440.png") });
        }
        foreach (var running in (string[])["running-digits", "running-diabetes", "waiting"]) await gateway.Client.PostAsync(Api.ApiRoutes.JobCancel(running), null);
        Assert.True(shot >= 30);
    }

    private async Task<int> ShootAsync(string folder, List<(string Name, string Path)> pages, string address, int width, bool isDark)
    {
        await using var opened = await browser.OpenAsync(address, width, isDark);
        foreach (var (name, path) in pages)
        {
            await opened.GoAsync(path);
            await SamplePages.SettleAsync(opened.Page);
            if (name is "overview" or "job-running") await opened.Page.WaitForTimeoutAsync(2500); // for live curves to be there
            await opened.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{width}{(isDark ? "-dark" : "")}.png"), FullPage = true });
        }
        return pages.Count;
    }
}
