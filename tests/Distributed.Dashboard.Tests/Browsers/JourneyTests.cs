using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Distributed.Api;
using Distributed.Jobs.Training;
using Distributed.Node.Keys;
using Microsoft.Playwright;

namespace Distributed.Dashboard.Tests.Browsers;

/// <summary>What a person does on the pages, with mouse and keyboard, before a real gateway.</summary>
[Collection(GatewayCollection.Name)]
public sealed class JourneyTests(GatewayFixture gateway, BrowserFixture browser, Xunit.Abstractions.ITestOutputHelper output)
{
    [BrowserFact]
    public async Task From_a_table_to_a_prediction_by_the_mouse_alone_with_the_weights_of_the_library()
    {
        var clock = Stopwatch.StartNew();
        await using var opened = await browser.OpenAsync(gateway.Address);
        var page = opened.Page;
        await opened.GoAsync("/");
        await page.GetByRole(AriaRole.Link, new() { Name = "New job" }).First.ClickAsync();
        var table = SamplePages.Flowers().Replace("rose", "orchid", StringComparison.Ordinal);
        await page.GetByLabel("Upload a table").SetInputFilesAsync(new FilePayload { Name = "garden.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(table) });
        await Assertions.Expect(page.GetByRole(AriaRole.Cell, new() { Name = "petals", Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("tr:has(td.name:text-is('petals'))").Locator("td").Nth(2)).ToHaveTextAsync("5.42 %");
        await page.Locator("#setting-target").SelectOptionAsync("kind");
        await page.Locator("#setting-epochs").FillAsync("none");
        await page.Locator("#setting-epochs").BlurAsync();
        await Assertions.Expect(page.Locator(".field .error")).ToContainTextAsync("epochs");
        await page.Locator("#setting-epochs").FillAsync("12");
        await page.Locator("#setting-epochs").BlurAsync();
        await Assertions.Expect(page.Locator(".field .error")).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Submit" }).ClickAsync();
        await page.WaitForURLAsync(new Regex("/jobs/garden-"));
        await Assertions.Expect(page.Locator("#hash")).ToBeVisibleAsync();
        var hash = await page.Locator("#hash").InnerTextAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Ask", Exact = true }).ClickAsync();
        await page.Locator("#cell-0").WaitForAsync();
        await page.GetByLabel("height", new() { Exact = true }).FillAsync("20");
        await page.GetByLabel("petals", new() { Exact = true }).FillAsync("6");
        await page.GetByLabel("colour", new() { Exact = true }).SelectOptionAsync("red");
        await page.GetByRole(AriaRole.Button, new() { Name = "Ask" }).ClickAsync();
        await Assertions.Expect(page.Locator(".result")).ToHaveTextAsync(new Regex("orchid|tulip|lily"));
        output.WriteLine($"from the first page to the answer: {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), $"it took {clock.Elapsed}");
        Assert.Empty(opened.Complaints);

        var file = Path.Combine(gateway.Folder, "garden.csv");
        await File.WriteAllTextAsync(file, table);
        var result = await Trainer.TrainAsync(new TrainingSettings { Data = TrainingData.FromFile(file), Target = "kind", Epochs = 12 });
        Assert.Equal(result.WeightsSha256, hash);
    }

    [BrowserFact]
    public async Task A_running_job_is_watched_cancelled_and_told_at_its_end()
    {
        await using var opened = await browser.OpenAsync(gateway.Address);
        var page = opened.Page;
        await opened.GoAsync("/");
        await gateway.SubmitAsync("""{ "data": "digits", "epochs": 100000, "name": "endless", "shard": 4 }""");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "endless" }).First).ToBeVisibleAsync(); // pushed: the page asked for nothing
        await Assertions.Expect(page.Locator(".run path.curve").First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "endless" }).First.ClickAsync();
        await Assertions.Expect(page.Locator(".tile", new() { HasText = "Speed" })).ToContainTextAsync("steps/s");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Yes, cancel" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1 .state")).ToHaveTextAsync("cancelled");
        await Assertions.Expect(page.Locator(".mud-snackbar", new() { HasText = "endless" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#hash")).ToBeVisibleAsync();
        Assert.Empty(opened.Complaints);
    }

    [BrowserFact]
    public async Task Jobs_are_compared_and_equal_ones_have_the_same_bits()
    {
        foreach (var (name, seed) in ((string, int)[])[("same-a", 5), ("same-b", 5), ("other-c", 6)]) await gateway.SubmitAsync($$"""{ "data": "diabetes", "epochs": 3, "seed": {{seed}}, "name": "{{name}}" }""");
        foreach (var name in (string[])["same-a", "same-b", "other-c"]) await gateway.UntilEndedAsync(name);
        await using var opened = await browser.OpenAsync(gateway.Address);
        var page = opened.Page;
        await opened.GoAsync("/jobs");
        await page.GetByLabel("Compare same-a").CheckAsync();
        await page.GetByLabel("Compare same-b").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Compare 2" }).ClickAsync();
        await Assertions.Expect(page.Locator(".health")).ToContainTextAsync("The same bits");
        await opened.GoAsync("/compare?jobs=same-a,other-c");
        await Assertions.Expect(page.Locator(".health")).ToContainTextAsync("They part at epoch 1");
        await Assertions.Expect(page.GetByRole(AriaRole.Cell, new() { Name = "specification.seed" })).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task A_page_that_lost_its_server_says_so_and_comes_back_with_it()
    {
        var port = GatewayFixture.FreePort();
        var server = await gateway.ServeAsync(ApiKeys.None, "restarted", port);
        await using var opened = await browser.OpenAsync(server.Address);
        await opened.GoAsync("/nodes");
        await server.DisposeAsync();
        await Assertions.Expect(opened.Page.Locator("#components-reconnect-modal")).ToBeVisibleAsync();
        await Assertions.Expect(opened.Page.Locator("#components-reconnect-modal")).ToContainTextAsync("is lost");
        await using var again = await gateway.ServeAsync(ApiKeys.None, "restarted", port);
        await Assertions.Expect(opened.Page.Locator("#components-reconnect-modal")).ToBeHiddenAsync(new() { Timeout = 30_000 });
        await opened.AliveAsync();
        await Assertions.Expect(opened.Page.GetByRole(AriaRole.Heading, new() { Name = "Nodes" })).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task A_person_signs_in_as_a_reader_who_sees_no_buttons_and_out()
    {
        const string key = "reader-0123456789abcdef";
        await gateway.SubmitAsync("""{ "data": "diabetes", "epochs": 1, "name": "to-look-at" }""");
        await gateway.UntilEndedAsync("to-look-at");
        await using var server = await gateway.ServeAsync(ApiKeys.Parse($"rita:read:{key}"), "browsed");
        await using var opened = await browser.OpenAsync(server.Address);
        var page = opened.Page;
        await page.GotoAsync("/jobs/to-look-at");
        await page.GetByLabel("API key").FillAsync(key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.WaitForURLAsync(new Regex("/jobs/to-look-at$"));
        await opened.AliveAsync();
        await Assertions.Expect(page.Locator("#hash")).ToBeVisibleAsync();
        foreach (var name in (string[])["Delete", "Cancel", "Pause", "Retrain from here"]) await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = name })).ToHaveCountAsync(0);
        await opened.GoAsync("/nodes");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Drain" })).ToHaveCountAsync(0);
        await opened.GoAsync("/jobs/new");
        await Assertions.Expect(page.GetByText("may look, and not submit")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync(new Regex("/sign-in$"));
    }

    [BrowserFact]
    public async Task A_model_is_exported_to_ONNX()
    {
        await gateway.SubmitAsync("""{ "data": "diabetes", "epochs": 1, "name": "for-others" }""");
        await gateway.UntilEndedAsync("for-others");
        await using var opened = await browser.OpenAsync(gateway.Address);
        await opened.GoAsync("/jobs/for-others");
        var download = await opened.Page.RunAndWaitForDownloadAsync(() => opened.Page.GetByRole(AriaRole.Link, new() { Name = "ONNX" }).ClickAsync());
        Assert.Equal(ApiRoutes.OnnxFile, download.SuggestedFilename);
        Assert.True(new FileInfo(await download.PathAsync()).Length > 1_000);
    }

    [BrowserFact]
    public async Task A_killed_worker_is_seen_within_two_seconds()
    {
        using var worker = StartWorker();
        try
        {
            await GatewayFixture.UntilAsync(async () => Regex.Count(await gateway.Client.GetStringAsync(ApiRoutes.Nodes), "\"address\"") == 2, "the worker did not join");
            await gateway.SubmitAsync("""{ "data": "digits", "epochs": 100000, "name": "of-two", "minWorkers": 2, "shard": 4 }""");
            await using var opened = await browser.OpenAsync(gateway.Address);
            await opened.GoAsync("/jobs/of-two");
            await Assertions.Expect(opened.Page.Locator(".tile", new() { HasText = "Workers" })).ToContainTextAsync("2");
            await Assertions.Expect(opened.Page.Locator(".tile", new() { HasText = "Speed" })).ToContainTextAsync("steps/s");
            worker.Kill();
            var clock = Stopwatch.StartNew();
            await Assertions.Expect(opened.Page.Locator("ol.timeline")).ToContainTextAsync("1 worker left", new() { Timeout = 10_000 });
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the killed worker was seen after {clock.ElapsedMilliseconds} ms"));
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"it was seen after {clock.Elapsed}");
        }
        finally
        {
            if (!worker.HasExited) worker.Kill();
            await gateway.Client.PostAsync(ApiRoutes.JobCancel("of-two"), null);
            await gateway.UntilEndedAsync("of-two");
        }
    }

    [BrowserFact]
    public async Task The_overview_is_painted_at_once()
    {
        await using var opened = await browser.OpenAsync(gateway.Address);
        await opened.GoAsync("/"); // the server's first page compiles
        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            await opened.GoAsync("/");
            times.Add(await opened.Page.EvaluateAsync<double>("() => performance.getEntriesByName('first-contentful-paint')[0].startTime"));
        }
        output.WriteLine("first contentful paint in ms: " + string.Join(", ", times.Select(time => time.ToString("0", CultureInfo.InvariantCulture))));
        Assert.True(times.Min() < 1_000, string.Join(", ", times)); // about 280 ms on two cores at rest; tests share theirs
    }

    private Process StartWorker()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[
            Path.Combine(AppContext.BaseDirectory, "distributed-node.dll"), "--roles", "worker", "--port", "0", "--seed-nodes", gateway.Seed, "--threads", "1",
            "--data-dir", Path.Combine(gateway.Folder, "worker")]) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => { };
        process.ErrorDataReceived += (_, line) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
