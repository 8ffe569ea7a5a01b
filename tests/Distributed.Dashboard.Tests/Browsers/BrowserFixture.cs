using Microsoft.Playwright;

namespace Distributed.Dashboard.Tests.Browsers;

/// <summary>Debian's Chromium, driven by Playwright.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    /// <summary>The browser's program.</summary>
    public const string Program = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (!File.Exists(Program)) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
    }

    /// <summary>A page of a fresh browser profile. Errors that it logs fail the test through <see cref="TestPage.Complaints"/>.</summary>
    public async Task<TestPage> OpenAsync(string address, int width = 1440, bool isDark = false)
    {
        var context = await _browser!.NewContextAsync(new() { BaseURL = address, ViewportSize = new() { Width = width, Height = 900 }, ReducedMotion = ReducedMotion.Reduce });
        await context.AddCookiesAsync([new() { Name = "theme", Value = isDark ? "dark" : "light", Url = address }]);
        context.SetDefaultTimeout(20_000);
        return new TestPage(context, await context.NewPageAsync());
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

/// <summary>A page and what it complained about.</summary>
public sealed class TestPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public TestPage(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type == "error") Complaints.Add(message.Text);
        };
        page.PageError += (_, error) => Complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("data:", StringComparison.Ordinal)) Requests.Add(request.Url);
        };
    }

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Errors of scripts, refused requests, and what the content policy forbade.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Every address that was asked.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Opens a path and waits until the page is alive.</summary>
    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await AliveAsync();
    }

    /// <summary>Waits until the page's connection to the server stands.</summary>
    public Task AliveAsync() => Page.WaitForFunctionAsync("() => document.documentElement.dataset.live === 'yes'");

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}

/// <summary>A test in the browser; skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (!File.Exists(BrowserFixture.Program)) Skip = $"there is no {BrowserFixture.Program}: apt-get install chromium";
    }
}
