using System.Text;
using Deque.AxeCore.Playwright;

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
        foreach (var isDark in (bool[])[false, true])
        {
            await using var opened = await browser.OpenAsync(gateway.Address, isDark: isDark);
            foreach (var (name, path) in SamplePages.Of(job))
            {
                await opened.GoAsync(path);
                await SamplePages.SettleAsync(opened.Page);
                var result = await opened.Page.RunAxe();
                foreach (var violation in result.Violations)
                    found.AppendLine($"{name} {(isDark ? "dark" : "light")}: {violation.Id}: {violation.Help}: {string.Join(" | ", violation.Nodes.Take(3).Select(node => node.Html.Length > 200 ? node.Html[..200] : node.Html))}");
            }
            Assert.All(opened.Requests, request => Assert.StartsWith(gateway.Address, request.Replace("ws:", "http:", StringComparison.Ordinal), StringComparison.Ordinal));
            Assert.Empty(opened.Complaints);
        }
        Assert.True(found.Length == 0, found.ToString());
    }
}
