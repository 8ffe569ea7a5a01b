using Distributed.Cluster.Hosting;
using Distributed.Transport.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Benchmarks.Clusters;

/// <summary>
/// <c>cluster-node ROLES PORT SEED STORE WIRES [CERTIFICATES]</c>: one node as a process of its own, like distributed-node, with the random samples in its memory.
/// Says "ready" when the cluster has let it in, and ends with its standard input.
/// </summary>
internal static class BenchmarkNode
{
    private const string SocketFile = "unix:";

    /// <summary>Runs until standard input ends.</summary>
    public static async Task<int> RunAsync(string[] args, TextReader input, TextWriter output)
    {
        var wires = Enum.Parse<NodeWires>(args[4]);
        var options = new ClusterNodeOptions
        {
            Roles = args[0].Split(',').ToHashSet(),
            Port = int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture),
            SeedNodes = [args[2]],
            Store = StoreSettings.Parse(args[3]),
            Workers = 1,
            Threads = 1,
            SharesMemory = wires == NodeWires.SharedMemory,
            Identity = args.Length > 5 ? ClusterIdentity.Open(args[5], NullLogger.Instance) : null,
            Resident = [.. from model in StepCell.Models from batch in StepCell.Batches select RandomJob.Data(model, batch)],
            Logging = logging => logging.SetMinimumLevel(LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace),
        };
        await using var node = await ClusterNode.StartAsync(options, CancellationToken.None);
        // Peers find no socket file then, and go to the next address: that of TCP.
        if (wires == NodeWires.Tcp)
            foreach (var file in node.Data.Addresses.Where(address => address.StartsWith(SocketFile, StringComparison.Ordinal))) File.Delete(file[SocketFile.Length..]);
        await node.Joined.WaitAsync(TimeSpan.FromSeconds(60));
        await output.WriteLineAsync("ready");
        await output.FlushAsync();
        while (await input.ReadLineAsync() is not null)
        {
        }

        return 0;
    }
}
