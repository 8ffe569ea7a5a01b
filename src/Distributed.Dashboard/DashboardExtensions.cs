using Distributed.Dashboard.Assets;
using Distributed.Dashboard.Gateway;
using Distributed.Dashboard.Layout;
using Distributed.Dashboard.Live;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace Distributed.Dashboard;

/// <summary>The pages as part of a gateway. The host registers <see cref="IClusterSource"/> and <see cref="IPageAccess"/>.</summary>
internal static class DashboardExtensions
{
    /// <summary>
    /// Scripts of this server alone, and none in the page; styles also in the page, which MudBlazor needs. No page of another origin frames it.
    /// </summary>
    public const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

    /// <summary>Pages that lost their connection and are kept, and for how long.</summary>
    private const int KeptPages = 50;

    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(2);

    /// <summary>Adds what the pages need.</summary>
    /// <param name="services">The gateway's services.</param>
    public static IServiceCollection AddDashboard(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents(options =>
        {
            options.DisconnectedCircuitMaxRetained = KeptPages;
            options.DisconnectedCircuitRetentionPeriod = KeptFor;
        });
        services.AddMudServices(mud =>
        {
            mud.SnackbarConfiguration.PositionClass = MudBlazor.Defaults.Classes.Position.BottomRight;
            mud.SnackbarConfiguration.MaxDisplayedSnackbars = 5;
        });
        services.AddHttpContextAccessor();
        services.AddCascadingAuthenticationState();
        services.AddSingleton<ClusterWatch>().AddSingleton<LiveJobs>();
        services.AddScoped<PageUser>();
        return services;
    }

    /// <summary>Maps the pages; what they require is added to the builder.</summary>
    public static IEndpointConventionBuilder MapDashboard(this IEndpointRouteBuilder routes)
    {
        PageAssets.Map(routes);
        return routes.MapRazorComponents<App>().AddInteractiveServerRenderMode(options =>
        {
            options.ContentSecurityFrameAncestorsPolicy = null; // the whole policy is set for every page
            options.DisableWebSocketCompression = true;
        });
    }
}
