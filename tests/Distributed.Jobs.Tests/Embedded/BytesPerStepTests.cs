using System.Net;
using System.Net.Sockets;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Messages;
using Distributed.Jobs.Embedded;
using Distributed.Jobs.Service;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Xunit.Abstractions;

namespace Distributed.Jobs.Tests.Embedded;

/// <summary>Nodes in this process whose tensors go through the transport as between processes: one holds the blocks, three compute.</summary>
[Collection(nameof(RunsAlone))]
public sealed class BytesPerStepTests(ITestOutputHelper output) : IDisposable
{
    private const int Workers = 3;
    private const double Tolerance = 0.02;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(GradientFormat.Float32, 4)]
    [InlineData(GradientFormat.BFloat16, 2)]
    public async Task Workers_send_one_gradient_a_node_and_step_and_receive_one_set_of_weights(GradientFormat format, int bytesPerGradient)
    {
        using var traffic = new Traffic();
        var specification = TrainingFixture.Specify(TrainingFixture.Digits, job => job with
        {
            Network = job.Network with { Hidden = [256, 128] },
            Epochs = 36, // enough that repeated requests at the start weigh little
            BatchSize = 120,
            ShardSize = 40, // one shard per worker: balancing by speed has nothing to move
            GradientFormat = format,
        });
        var nodes = new List<ClusterNode>();
        try
        {
            await TrainAsync(nodes, specification);
            var plan = new EpochPlan(specification);
            var parameters = (long)new Network(specification.Network).Layout.Count;
            var reductionNodes = NodesPerWorker(plan);
            var gradients = reductionNodes.Select(count => count * parameters * bytesPerGradient).Order().ToList();
            var weights = (plan.TotalSteps + 1) * parameters * sizeof(float);
            var senders = nodes.Skip(1).Select(node => node.Data.Node).OrderBy(node => traffic.Sent(node, "gradient")).ToList();
            for (var i = 0; i < Workers; i++)
            {
                Compare($"gradients out of worker {i}", gradients[i], traffic.Sent(senders[i], "gradient"));
                Compare($"weights into worker {i}", weights, traffic.Received(senders[i], "weights"));
            }
            Assert.Equal(0, traffic.Sent(senders[0], "weights"));

            // Both sides measured every step except the last of each epoch, after which the next step is not yet known.
            var job = format.ToString().ToLowerInvariant();
            foreach (var instrument in new[] { "distributed.worker.compute", "distributed.worker.wait" })
                Assert.InRange(traffic.Count(instrument, job), (plan.TotalSteps - 1) * Workers * 0.95, plan.TotalSteps * Workers);
            Assert.Equal(plan.TotalSteps * 2, traffic.Count("distributed.block.update", job)); // two blocks
            Assert.True(traffic.Count("distributed.transport.send", null) > plan.TotalSteps * Workers);
        }
        finally
        {
            foreach (var node in Enumerable.Reverse(nodes)) await node.DisposeAsync();
        }
    }

    private async Task TrainAsync(List<ClusterNode> nodes, JobSpecification specification)
    {
        var seed = $"127.0.0.1:{FreePort()}";
        nodes.Add(await ClusterNode.StartAsync(
            new ClusterNodeOptions
            {
                Roles = new HashSet<string> { NodeRoles.Coordinator, NodeRoles.ParameterServer },
                Port = int.Parse(seed[(seed.IndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture),
                SeedNodes = [seed],
                Store = StoreSettings.Parse(Path.Combine(_folder, "store.db")),
            }, CancellationToken.None));
        for (var i = 0; i < Workers; i++)
        {
            nodes.Add(await ClusterNode.StartAsync(
                new ClusterNodeOptions { Roles = new HashSet<string> { NodeRoles.Worker }, SeedNodes = [seed], Threads = 1, Resident = [TrainingFixture.Digits] },
                CancellationToken.None));
        }
        foreach (var node in nodes) await node.Joined.WaitAsync(Bound);
        using var bound = new CancellationTokenSource(Bound);
        var id = new JobId(specification.GradientFormat.ToString().ToLowerInvariant());
        var options = new RunOptions { Blocks = 2, MinimumWorkers = Workers, SnapshotEvery = TimeSpan.FromHours(1) };
        var client = NodeClient.Of(nodes[0]);
        await client.StartAsync(
            new JobSubmission(id, specification, options, TrainingFixture.DigitsSettings, TrainingFixture.Digits), bound.Token);
        await foreach (var jobEvent in client.WatchAsync(id, bound.Token))
            if (jobEvent is JobFinished finished) Assert.Equal(JobOutcome.Completed, finished.End.Outcome);
    }

    /// <summary>The number of reduction nodes that each of the equal workers sends in all steps.</summary>
    private static long[] NodesPerWorker(EpochPlan plan)
    {
        var assignment = new Assignment(1, [.. Enumerable.Range(0, Workers).Select(i => new WorkerShare(new WorkerId($"{i}"), 1))]);
        var counts = new long[Workers];
        var nodes = new List<ReductionNode>();
        for (long step = 0; step < plan.TotalSteps; step++)
        {
            for (var i = 0; i < Workers; i++)
            {
                nodes.Clear();
                ReductionTree.AddMaximalNodes(plan.ShardCount(step), assignment.RunAt(i, plan.ShardCount(step)), nodes);
                counts[i] += nodes.Count;
            }
        }
        return counts;
    }

    private void Compare(string what, long necessary, long actual)
    {
        output.WriteLine($"{what}: {actual:N0} bytes, necessary {necessary:N0}: {(double)actual / necessary - 1:P2}");
        Assert.InRange(actual, necessary, (long)(necessary * (1 + Tolerance)));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
