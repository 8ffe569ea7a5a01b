using System.Diagnostics;
using Distributed.Api;

namespace Distributed.EndToEnd.Tests.Gateway;

/// <summary>Waits for gateways.</summary>
internal static class Readiness
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    /// <summary>Polls a gateway until it can serve.</summary>
    public static async Task UntilReadyAsync(HttpClient client)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            string says;
            try
            {
                using var response = await client.GetAsync(ApiRoutes.Ready);
                if (response.IsSuccessStatusCode) return;
                says = await response.Content.ReadAsStringAsync();
            }
            catch (HttpRequestException e)
            {
                says = e.Message; // it does not listen yet
            }
            Assert.True(clock.Elapsed < Bound, $"{client.BaseAddress} does not get ready: {says}");
            await Task.Delay(100);
        }
    }
}
