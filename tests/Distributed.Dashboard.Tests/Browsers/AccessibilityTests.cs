using System.Text;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Distributed.Dashboard.Tests.Browsers;

/// <summary>axe on every page, light and dark.</summary>
[Collection(GatewayCollection.Name)]
public sealed class AccessibilityTests(GatewayFixture gateway, BrowserFixture browser)
{
    [BrowserFact]
    public async Task No_page_violates_a_rule_of_axe_in_either_theme_and_none_asks_another_server()
    {
        var job = await SamplePages.PrepareAsync(gateway);
        var found = new StringBuilder();
        await using var opened = await browser.OpenAsync(gateway.Address);
        foreach (var (name, path) in SamplePages.Of(job))
        {
            await opened.GoAsync(path);
            await SamplePages.SettleAsync(opened.Page);
            Note(name + " light", await opened.Page.RunAxe(Everything));
            await opened.Page.GetByRole(AriaRole.Button, new() { Name = "Dark colours" }).ClickAsync();
            await opened.Page.Locator(".theme-dark").WaitForAsync(new() { State = WaitForSelectorState.Attached });
            Note(name + " dark", await opened.Page.RunAxe(ColoursAlone));
            await opened.Page.GetByRole(AriaRole.Button, new() { Name = "Light colours" }).ClickAsync();
            await opened.Page.Locator(".theme-light").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        }
        Assert.All(opened.Requests, request => Assert.StartsWith(gateway.Address, request.Replace("ws:", "http:", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Empty(opened.Complaints);
        Assert.True(found.Length == 0, found.ToString());

        void Note(string where, AxeResult result)
        {
            foreach (var violation in result.Violations)
                found.AppendLine($"{where}: {violation.Id}: {violation.Help}: {string.Join(" | ", violation.Nodes.Take(3).Select(node => node.Html.Length > 200 ? node.Html[..200] : node.Html))}");
        }
    }

    /// <summary>All rules; style sheets, which are megabytes, are not read as text: no rule that needs it (orientation locks) concerns these pages.</summary>
    private static AxeRunOptions Everything => new() { Preload = false };

    /// <summary>A theme changes colours and nothing else.</summary>
    private static AxeRunOptions ColoursAlone => new() { RunOnly = new RunOnlyOptions { Type = "rule", Values = ["color-contrast"] }, Preload = false };
}
