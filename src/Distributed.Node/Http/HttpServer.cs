using System.Net.Security;
using Distributed.Api;
using Distributed.Jobs.Gateway;
using Distributed.Node.Access;
using Distributed.Node.Configuration;
using Distributed.Node.Datasets;
using Distributed.Node.Description;
using Distributed.Node.Events;
using Distributed.Node.Jobs;
using Distributed.Node.Models;
using Distributed.Node.Problems;
using Distributed.Node.Routes;
using Distributed.Transport.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace Distributed.Node.Http;

/// <summary>A node's HTTP server: health and measures on any node, the API on a gateway.</summary>
internal sealed class HttpServer : IAsyncDisposable
{
    private static readonly TimeSpan HeadersLimit = TimeSpan.FromSeconds(10);

    private readonly WebApplication _application;

    private HttpServer(WebApplication application) => _application = application;

    /// <summary>Where it listens.</summary>
    public string Address => _application.Urls.First();

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The port is taken, or the data folder cannot be made.</exception>
    public static async Task<HttpServer> StartAsync(HttpSettings settings, GatewayAccess cluster, Action<ILoggingBuilder> logging, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(HttpServer).Assembly.GetName().Name });
        logging(builder.Logging);
        var connections = new HttpConnections(settings.Limits);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(settings.Address, listen =>
            {
                listen.Use(next => connection => connections.ServeAsync(connection, next));
                if (settings.Identity is { } identity) listen.UseHttps(Https(identity));
            });
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = settings.Limits.BodyBytes;
            kestrel.Limits.RequestHeadersTimeout = HeadersLimit;
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>(); // signals are the node's
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
        builder.Services.AddRouting();
        builder.Services.AddProblemDetails(problems => problems.CustomizeProblemDetails = problem => problem.ProblemDetails.Extensions.Remove("traceId"));
        builder.Services.AddSingleton(settings).AddSingleton(new RequestMemory(settings.Limits.RequestMemoryBytes)).AddExceptionHandler<ProblemAnswers>();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            var (options, api) = (json.SerializerOptions, ApiJson.Answers);
            options.TypeInfoResolverChain.Insert(0, api.TypeInfoResolver!);
            (options.PropertyNamingPolicy, options.DefaultIgnoreCondition, options.NumberHandling) = (api.PropertyNamingPolicy, api.DefaultIgnoreCondition, api.NumberHandling);
            foreach (var converter in api.Converters) options.Converters.Add(converter);
        });
        builder.Services.AddOpenApi(ApiDocument.Configure);
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("Distributed.*", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
            .AddPrometheusExporter());
        var application = builder.Build();
        try
        {
            Map(application, settings, cluster);
            await application.StartAsync(cancellation).ConfigureAwait(false);
            return new HttpServer(application);
        }
        catch
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Each connection gets the certificate of its moment, so that a renewed one needs no restart.</summary>
    private static TlsHandshakeCallbackOptions Https(ClusterIdentity identity) => new()
    {
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = identity.Context }),
    };

    private static void Map(WebApplication application, HttpSettings settings, GatewayAccess cluster)
    {
        var logger = application.Services.GetRequiredService<ILoggerFactory>().CreateLogger("http");
        application.Use(HttpConnections.InvokeAsync);
        application.UseExceptionHandler();
        application.UseStatusCodePages(page => ProblemAnswers.WriteAsync(page.HttpContext, ProblemAnswers.OfStatus(page.HttpContext)));
        application.UseRouting();
        var access = new AccessCheck(settings, logger);
        application.Lifetime.ApplicationStopped.Register(access.Dispose);
        application.Use(access.InvokeAsync);
        HealthRoutes.Map(application, settings, cluster);
        application.MapPrometheusScrapingEndpoint(ApiRoutes.Metrics).Needs(ApiRole.Read);
        if (settings.IsGateway && !settings.IsHealthAlone) MapApi(application, settings, cluster, logger);
        application.UseEndpoints(_ => { });
    }

    private static void MapApi(WebApplication application, HttpSettings settings, GatewayAccess cluster, ILogger logger)
    {
        var limits = settings.Limits;
        var datasets = new DatasetStore(settings.DataFolder, logger);
        var jobs = new JobReader(cluster, datasets);
        var computations = new Computations(limits);
        application.Lifetime.ApplicationStopped.Register(computations.Dispose);
        PageRoutes.Map(application);
        NodeRoutes.Map(application, cluster);
        DatasetRoutes.Map(application, limits, datasets, computations, cluster);
        JobRoutes.Map(application, limits, new SubmissionService(cluster, datasets, computations), jobs, cluster);
        EventRoutes.Map(application, new JobFeeds(cluster, limits, logger), jobs, application.Lifetime.ApplicationStopping);
        ModelRoutes.Map(application, limits, new ModelCache(cluster, jobs, limits, TimeProvider.System), jobs, datasets, computations);
        application.MapOpenApi("/openapi/{documentName}.json").Needs(ApiRole.Read);
    }

    /// <summary>The node ends by its own host; this one is started and stopped by hand.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
