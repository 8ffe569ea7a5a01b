using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>The same job on layouts of one to four workers.</summary>
public abstract class SameBitsAcrossProcesses(SharedCluster clusters, ITestOutputHelper output)
{
    private const int Epochs = 3;

    protected async Task TrainAsync()
    {
        await clusters.RunAsync(output, workers: 1, async cluster =>
        {
            for (var workers = 1; workers <= 4; workers++)
            {
                if (workers > 1) cluster.AddWorker();
                await cluster.SettleAsync();
                var job = await cluster.SubmitDigitsAsync(
                    $"layout-{cluster.Core.Count}-{workers}", new RunOptions { Blocks = 4, MinimumWorkers = workers }, Epochs);
                await job.FinishAsync();
                output.WriteLine($"{workers} workers, {cluster.Core.Count} parameter servers: {job.Now.TotalSeconds:0.0} s");
                Assert.Equal(workers, job.Events.OfType<JobStarted>().Single().Workers);
            }
        });
    }
}

[Collection(OneCoreNodeCollection.Name)]
public sealed class SameBitsWithOneParameterServerTests(OneCoreNode clusters, ITestOutputHelper output) : SameBitsAcrossProcesses(clusters, output)
{
    [ClusterFact]
    public Task One_to_four_worker_processes_with_one_parameter_server_process_train_to_the_bits_of_the_straight_loop() => TrainAsync();
}

[Collection(ThreeCoreNodesCollection.Name)]
public sealed class SameBitsWithThreeParameterServersTests(ThreeCoreNodes clusters, ITestOutputHelper output) : SameBitsAcrossProcesses(clusters, output)
{
    [ClusterFact]
    public Task One_to_four_worker_processes_with_three_parameter_server_processes_train_to_the_bits_of_the_straight_loop() => TrainAsync();
}
