using Distributed.Dashboard;
using Distributed.Dashboard.Gateway;
using Distributed.Jobs.Gateway;
using Distributed.Node.Access;
using Distributed.Node.Configuration;
using Distributed.Node.Datasets;
using Distributed.Node.Events;
using Distributed.Node.InProcess;
using Distributed.Node.Jobs;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Distributed.Node.Pages;

/// <summary>The pages as a part of the server.</summary>
internal static class PageServices
{
    /// <summary>Adds the pages, which speak to the API over a listener of their own process.</summary>
    public static void AddPages(this IServiceCollection services, HttpSettings settings, GatewayAccess cluster, InProcessListener listener) => services
        .AddDashboard()
        .AddSingleton<IConnectionListenerFactory>(listener)
        .AddSingleton<IPageAccess>(provider => new PageAccess(provider.GetRequiredService<SignInSettings>(), provider.GetRequiredService<Sessions>(), listener, PageFacts.Of(settings)))
        .AddSingleton<IClusterSource>(provider => new PageCluster(
            cluster, provider.GetRequiredService<JobReader>(), provider.GetRequiredService<DatasetStore>(), provider.GetRequiredService<JobFeeds>(), settings.StoreFile));
}
