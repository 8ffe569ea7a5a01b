using System.Net.Sockets;
using Distributed.Cluster;
using Microsoft.Extensions.Logging;

namespace Distributed.Node;

/// <summary>The node as a program: settings in, exit code out.</summary>
internal static class NodeApplication
{
    /// <summary>Runs a node until it ends; see <see cref="ExitCode"/>.</summary>
    public static async Task<int> RunAsync(string[] args, Func<string, string?> variable, TextWriter output, TextWriter error)
    {
        if (args.Contains("--help") || args.Contains("-h"))
        {
            await WriteHelpAsync(output).ConfigureAwait(false);
            return ExitCode.Left;
        }
        try
        {
            var settings = NodeSettings.Read(args, variable);
            return await RunAsync(settings).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SettingException or TrainingException)
        {
            return Say(ExitCode.BadSetting, e.Message);
        }
        catch (Exception e) when (FindSocketFailure(e) is { } failure)
        {
            return Say(ExitCode.BadSetting, $"the node cannot listen ({failure.Message}): name another --hostname, --port or --data-port");
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
        var node = await ClusterNode.StartAsync(settings.Node with { Logging = Configure }, CancellationToken.None).ConfigureAwait(false);
        await using (node.ConfigureAwait(false))
        {
            using var ending = new CancellationTokenSource();
            logger.LogInformation(
                "{Roles} at {Address}, tensors at {Data}", string.Join(", ", settings.Node.Roles.Order()), node.Address, string.Join(", ", node.Data.Addresses));
            var watch = SeedWatch.RunAsync(node, settings.Node.SeedNodes, logger, ending.Token);
            var end = await node.WaitForEndAsync().ConfigureAwait(false);
            await ending.CancelAsync().ConfigureAwait(false);
            await watch.ConfigureAwait(false);
            if (end == NodeEnd.Downed) logger.LogError("the cluster goes on without this node (a split, or it did not answer for too long): start it again");
            else logger.LogInformation("left the cluster");
            return end == NodeEnd.Downed ? ExitCode.Downed : ExitCode.Left;
        }

        void Configure(ILoggingBuilder builder)
        {
            builder.SetMinimumLevel(settings.Log);
            builder.AddFilter("Microsoft", LogLevel.Warning);
            builder.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // a failed start is said once, below
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

    private static SocketException? FindSocketFailure(Exception? e) => e switch
    {
        null => null,
        SocketException failure => failure,
        AggregateException many => many.InnerExceptions.Select(FindSocketFailure).FirstOrDefault(found => found is not null),
        _ => FindSocketFailure(e.InnerException),
    };

    private static async Task WriteHelpAsync(TextWriter output)
    {
        await output.WriteLineAsync("distributed-node: one node of a training cluster. Each flag can also be set by the variable beside it.").ConfigureAwait(false);
        foreach (var setting in NodeSetting.All)
            await output.WriteLineAsync($"  {$"{setting.Flag} {setting.Value}",-20} {setting.Variable,-26} {setting.Help}").ConfigureAwait(false);
    }
}
