using System.Net.Security;
using Distributed.Api;
using Distributed.Dashboard;
using Distributed.Dashboard.Gateway;
using Distributed.Jobs.Gateway;
using Distributed.Node.Access;
using Distributed.Node.Audit;
using Distributed.Node.Budgets;
using Distributed.Node.Configuration;
using Distributed.Node.Datasets;
using Distributed.Node.Description;
using Distributed.Node.Events;
using Distributed.Node.Histories;
using Distributed.Node.InProcess;
using Distributed.Node.Jobs;
using Distributed.Node.Keys;
using Distributed.Node.Models;
using Distributed.Node.Pages;
using Distributed.Node.Problems;
using Distributed.Node.Routes;
using Distributed.Transport.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
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
    private readonly AuditLog _audit;

    private HttpServer(WebApplication application, AuditLog audit) => (_application, _audit) = (application, audit);

    /// <summary>Where it listens.</summary>
    public string Address => _application.Urls.First();

    /// <summary>The sessions of the pages.</summary>
    internal Sessions Sessions => _application.Services.GetRequiredService<Sessions>();

    /// <summary>The API for the pages.</summary>
    internal IPageAccess PageAccess => _application.Services.GetRequiredService<IPageAccess>();

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The port is taken, or the data folder cannot be made.</exception>
    /// <exception cref="NodeSettingException">The audit log cannot be written.</exception>
    public static async Task<HttpServer> StartAsync(HttpSettings settings, GatewayAccess cluster, Action<ILoggingBuilder> logging, CancellationToken cancellation)
    {
        cluster = cluster.WithMostOpenJobs(settings.Limits.OpenJobs);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(HttpServer).Assembly.GetName().Name });
        logging(builder.Logging);
        var connections = new HttpConnections(settings.Limits);
        var pages = new InProcessListener();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(settings.Address, listen =>
            {
                listen.Use(next => connection => connections.ServeAsync(connection, next));
                if (settings.Identity is { } identity) listen.UseHttps(Https(identity));
            });
            if (IsApi(settings)) kestrel.Listen(pages.EndPoint);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = settings.Limits.BodyBytes;
            kestrel.Limits.RequestHeadersTimeout = HeadersLimit;
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>(); // signals are the node's
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
        builder.Services.AddRouting();
        builder.Services.AddSignIn(settings);
        builder.Services.AddProblemDetails(problems => problems.CustomizeProblemDetails = problem => problem.ProblemDetails.Extensions.Remove("traceId"));
        builder.Services.AddSingleton(settings).AddSingleton(new RequestMemory(settings.Limits.RequestMemoryBytes)).AddExceptionHandler<ProblemAnswers>();
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            var (options, api) = (json.SerializerOptions, ApiJson.Answers);
            options.TypeInfoResolverChain.Insert(0, api.TypeInfoResolver!);
            (options.PropertyNamingPolicy, options.DefaultIgnoreCondition, options.NumberHandling) = (api.PropertyNamingPolicy, api.DefaultIgnoreCondition, api.NumberHandling);
            foreach (var converter in api.Converters) options.Converters.Add(converter);
        });
        if (IsApi(settings))
        {
            builder.Services.AddSingleton(services => new DatasetStore(settings.DataFolder, Logger(services), settings.Limits.StorageBytes));
            builder.Services.AddSingleton(new JobHistories((job, after) => cluster.Stored.JournalAsync(job, after, CancellationToken.None), settings.Limits.HistoryBytes));
            builder.Services.AddSingleton(services => new JobReader(cluster, services.GetRequiredService<JobHistories>(), services.GetRequiredService<DatasetStore>()));
            builder.Services.AddSingleton(services => new JobFeeds(cluster, services.GetRequiredService<JobHistories>(), settings.Limits, Logger(services)));
            builder.Services.AddPages(settings, cluster, pages);
        }
        builder.Services.AddOpenApi(ApiDocument.Configure);
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("Distributed.*", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel")
            .AddPrometheusExporter());
        var application = builder.Build();
        var logger = Logger(application.Services);
        var audit = new AuditLog(settings.AuditFile, AuditLog.DefaultBytes, logger, TimeProvider.System);
        try
        {
            OpenAudit(audit, settings);
            Map(application, settings, cluster, logger, audit);
            await application.StartAsync(cancellation).ConfigureAwait(false);
            audit.Write(new AuditEvent(default, "start", "done"));
            return new HttpServer(application, audit);
        }
        catch
        {
            audit.Dispose();
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _audit.Write(new AuditEvent(default, "stop", "done"));
        _audit.Dispose();
    }

    private static void OpenAudit(AuditLog audit, HttpSettings settings)
    {
        try
        {
            audit.Open();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NodeSettingException($"{NodeSetting.Audit.Flag}: {settings.AuditFile} cannot be written: {e.Message}");
        }
    }

    /// <summary>Each connection gets the certificate of its moment, so that a renewed one needs no restart.</summary>
    private static TlsHandshakeCallbackOptions Https(ClusterIdentity identity) => new()
    {
        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions { ServerCertificateContext = identity.Context }),
    };

    private static void Map(WebApplication application, HttpSettings settings, GatewayAccess cluster, ILogger logger, AuditLog audit)
    {
        application.Use(HttpConnections.InvokeAsync);
        application.Use(SetHeaders);
        application.Use((context, next) => AuditedRequests.InvokeAsync(audit, context, next));
        application.UseExceptionHandler();
        application.UseStatusCodePages(page => ProblemAnswers.WriteAsync(page.HttpContext, ProblemAnswers.OfStatus(page.HttpContext)));
        application.UseRouting();
        application.UseAuthentication();
        var access = new AccessCheck(settings, logger, audit);
        application.Lifetime.ApplicationStopped.Register(access.Dispose);
        application.Use(access.InvokeAsync);
        application.UseAuthorization();
        application.UseAntiforgery();
        HealthRoutes.Map(application, settings, cluster);
        application.MapPrometheusScrapingEndpoint(ApiRoutes.Metrics).Needs(ApiRole.Reader);
        if (IsApi(settings)) MapApi(application, settings, cluster, logger, access);
        application.UseEndpoints(_ => { });
    }

    private static ILogger Logger(IServiceProvider services) => services.GetRequiredService<ILoggerFactory>().CreateLogger("http");

    private static bool IsApi(HttpSettings settings) => settings.IsGateway && !settings.IsHealthAlone;

    private static void MapApi(WebApplication application, HttpSettings settings, GatewayAccess cluster, ILogger logger, AccessCheck access)
    {
        var limits = settings.Limits;
        var datasets = application.Services.GetRequiredService<DatasetStore>();
        var jobs = application.Services.GetRequiredService<JobReader>();
        var computations = new Computations(limits);
        var encoded = new EncodedCache(datasets);
        var models = new ModelCache(cluster, jobs, limits, TimeProvider.System);
        application.Lifetime.ApplicationStopped.Register(computations.Dispose);
        PageRoutes.Map(application, access);
        NodeRoutes.Map(application, cluster);
        DatasetRoutes.Map(application, limits, datasets, computations, application.Services.GetRequiredService<RequestMemory>(), cluster);
        JobRoutes.Map(application, limits, new SubmissionService(cluster, datasets, encoded), jobs, computations, cluster);
        EventRoutes.Map(application, application.Services.GetRequiredService<JobFeeds>(), jobs, application.Lifetime.ApplicationStopping);
        ModelRoutes.Map(application, limits, models, jobs, datasets, computations);
        ScoreRoutes.Map(application, models, jobs, encoded, computations);
        application.MapOpenApi("/openapi/{documentName}.json").Needs(ApiRole.Reader);
    }

    /// <summary>Answers are what their type says, and nothing on the way keeps them: they tell of jobs and data. Styles and scripts say themselves that they may be kept.</summary>
    private static Task SetHeaders(HttpContext context, Func<Task> next)
    {
        context.Response.OnStarting(() =>
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            if (!context.Response.Headers.ContainsKey("Cache-Control")) context.Response.Headers.CacheControl = "no-store";
            if (context.Response.ContentType?.StartsWith("text/html", StringComparison.Ordinal) == true)
            {
                context.Response.Headers.ContentSecurityPolicy = DashboardExtensions.ContentPolicy;
                context.Response.Headers["Referrer-Policy"] = "same-origin";
            }
            return Task.CompletedTask;
        });
        return next();
    }

    /// <summary>The node ends by its own host; this one is started and stopped by hand.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
