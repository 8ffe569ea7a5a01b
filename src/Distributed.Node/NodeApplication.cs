using System.CommandLine;
using System.Net.Sockets;
using Distributed.Cluster;
using Distributed.Cluster.Hosting;
using Distributed.Jobs.Gateway;
using Distributed.Node.Configuration;
using Distributed.Node.Http;
using Distributed.Node.Keys;
using Distributed.Node.Naming;
using Distributed.Transport.Identity;
using Microsoft.Extensions.Logging;

namespace Distributed.Node;

/// <summary>The node as a program: settings in, exit code out.</summary>
internal static class NodeApplication
{
    private const string OpenDoor =
        "listens at {Address}, beyond loopback, without certificates (--insecure): everybody who reaches these ports can join the cluster, and read "
        + "and change all of it";

    /// <summary>Runs a node until it ends; see <see cref="ExitCode"/>.</summary>
    public static async Task<int> RunAsync(string[] args, Func<string, string?> variable, TextWriter output, TextWriter error)
    {
        try
        {
            var values = SettingValues.Read(args, variable);
            if (values.Page is { } page) return await page.InvokeAsync(new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
            if (values.AsksForHealth) return NodeHealthFile.Check(values.Text(NodeSetting.HealthFile), DateTime.UtcNow, output);
            return await RunAsync(NodeSettings.Read(values)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NodeSettingException or TrainingException or IdentityException or KeyFileException)
        {
            return Say(ExitCode.BadSetting, e.Message);
        }
        catch (Exception e) when (FindSocketFailure(e) is { } failure)
        {
            return Say(ExitCode.BadSetting, $"the node cannot listen ({failure.Message}): name another --hostname, --port, --data-port or --http");
        }
        catch (Exception e)
        {
            return Say(ExitCode.Failed, $"the node ended by an error: {e.GetBaseException().Message.ReplaceLineEndings(" ")}");
        }

        int Say(int code, string line)
        {
            error.WriteLine($"distributed-node: {line}");
            return code;
        }
    }

    private static async Task<int> RunAsync(NodeSettings settings)
    {
        using var logging = LoggerFactory.Create(Configure);
        var logger = logging.CreateLogger("node");
        ClusterNode? node = null;
        var waitsForStore = false;
        using var ending = new CancellationTokenSource();
        var health = NodeHealthFile.KeepAsync(settings.HealthFile, () => NodeHealthFile.Describe(node, waitsForStore), ending.Token);
        try
        {
            if (health.IsFaulted) await health.ConfigureAwait(false);
            var names = new SystemNameService();
            await ListenCheck.RunAsync(settings.Node, settings.Http, names, ending.Token).ConfigureAwait(false);
            waitsForStore = settings.Node.Store is not null;
            if (settings.Node.Store is { } store) await StoreWait.RunAsync(store, logger, ending.Token).ConfigureAwait(false);
            waitsForStore = false;
            var identity = settings.CertificateFolder is { } folder ? ClusterIdentity.Open(folder, logger) : null;
            var options = settings.Node with { Logging = Configure, Identity = identity };
            var seeds = await SeedNames.WithOwnNameAsync(options.SeedNodes, options.Hostname, options.Port, names, ending.Token).ConfigureAwait(false);
            options = settings.AsksForNames
                ? options with { Hostname = await ClusterNames.FindOwnAsync(names, Environment.MachineName, ending.Token).ConfigureAwait(false), SeedNodes = [] }
                : options with { SeedNodes = seeds };
            node = await StartAsync(options, ending.Token).ConfigureAwait(false);
            await using (node.ConfigureAwait(false))
            {
                logger.LogInformation("{Roles} at {Address}, tensors at {Data}", string.Join(", ", options.Roles.Order()), node.Address, string.Join(", ", node.Data.Addresses));
                if (OpenFileLimit.Read() is < OpenFileLimit.Least and var files)
                    logger.LogWarning("the system lets this process open {Files:#,0} files, and a process that can open none is ended by its runtime: at least {Least:#,0} are needed (ulimit -n)", files, OpenFileLimit.Least);
                if (settings.IsInsecure) logger.LogWarning(OpenDoor, options.ListenAddress ?? options.Hostname);
                IAsyncDisposable http = settings.Http is { } serve ? await ServeAsync(serve with { Identity = identity, IsInsecure = settings.IsInsecure }, node, Configure, logger).ConfigureAwait(false) : new NoServer();
                await using var serving = http.ConfigureAwait(false);
                IAsyncDisposable apart = settings.Http is { HealthAddress: { } place } all
                    ? await ServeAsync(all with { Address = place, IsHealthAlone = true, AuditFile = null, Identity = identity, IsInsecure = settings.IsInsecure }, node, Configure, logger).ConfigureAwait(false)
                    : new NoServer();
                await using var servingApart = apart.ConfigureAwait(false);
                var watch = SeedWatch.RunAsync(node, seeds, names, logger, ending.Token);
                var search = settings.AsksForNames
                    ? SeedSearch.RunAsync(node, settings.Node.SeedNodes, names, logger, TimeProvider.System, ending.Token)
                    : Task.FromResult(true);
                var ended = node.WaitForEndAsync();
                // A node that restarts does not wait for its end.
                if (await Task.WhenAny(ended, search).ConfigureAwait(false) == search && !await search.ConfigureAwait(false)) return ExitCode.Downed;
                var end = await ended.ConfigureAwait(false);
                await ending.CancelAsync().ConfigureAwait(false);
                await watch.ConfigureAwait(false);
                await ((Task)search).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (end == NodeEnd.Downed) logger.LogError("the cluster goes on without this node (a split, or it did not answer for too long): start it again");
                else logger.LogInformation("left the cluster");
                return end == NodeEnd.Downed ? ExitCode.Downed : ExitCode.Left;
            }
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await health.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        void Configure(ILoggingBuilder builder)
        {
            builder.SetMinimumLevel(settings.Log);
            builder.AddFilter("Microsoft", LogLevel.Warning);
            builder.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // a failed start is reported once, below
            builder.AddFilter("Akka.Hosting.AkkaHostedService", LogLevel.None);
            builder.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "yyyy-MM-dd HH:mm:ss.fff ";
                console.UseUtcTimestamp = true;
                console.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
            });
            builder.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        }
    }

    private static async Task<ClusterNode> StartAsync(ClusterNodeOptions options, CancellationToken cancellation)
    {
        // Akka.Hosting prints the stack trace of a failed start to standard output; the one line about it comes from here.
        var output = Console.Out;
        Console.SetOut(TextWriter.Null);
        try
        {
            return await ClusterNode.StartAsync(options, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (options.Overrides is not null && e is not (TrainingException or OperationCanceledException) && FindSocketFailure(e) is null)
        {
            throw new NodeSettingException($"{NodeSetting.Config.Flag}: the cluster does not start with these settings: {e.GetBaseException().Message.ReplaceLineEndings(" ")}");
        }
        finally
        {
            Console.SetOut(output);
        }
    }

    private static async Task<HttpServer> ServeAsync(HttpSettings settings, ClusterNode node, Action<ILoggingBuilder> logging, ILogger logger)
    {
        try
        {
            var server = await HttpServer.StartAsync(settings, GatewayAccess.Of(node), logging, CancellationToken.None).ConfigureAwait(false);
            logger.LogInformation("HTTP at {Address}", server.Address);
            return server;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && FindSocketFailure(e) is null)
        {
            throw new NodeSettingException($"HTTP cannot be served at {settings.Address} with the data folder {settings.DataFolder}: {e.Message}");
        }
    }

    private sealed class NoServer : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private static SocketException? FindSocketFailure(Exception? e) => e switch
    {
        null => null,
        SocketException failure => failure,
        AggregateException many => many.InnerExceptions.Select(FindSocketFailure).FirstOrDefault(found => found is not null),
        _ => FindSocketFailure(e.InnerException),
    };
}
