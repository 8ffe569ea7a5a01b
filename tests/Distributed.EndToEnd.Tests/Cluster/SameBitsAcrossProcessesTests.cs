using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

[Collection("real clusters")]
public sealed class SameBitsAcrossProcessesTests(ITestOutputHelper output)
{
    private const int Epochs = 3;

    [ClusterFact]
    public Task One_to_four_worker_processes_with_one_parameter_server_process_train_to_the_bits_of_the_straight_loop() => TrainAsync(core: 1);

    [ClusterFact]
    public Task One_to_four_worker_processes_with_three_parameter_server_processes_train_to_the_bits_of_the_straight_loop() => TrainAsync(core: 3);

    private async Task TrainAsync(int core)
    {
        await using var cluster = await RealCluster.StartAsync(output, core, workers: 1);
        try
        {
            for (var workers = 1; workers <= 4; workers++)
            {
                if (workers > 1) cluster.AddWorker();
                await cluster.SettleAsync();
                var job = await cluster.SubmitDigitsAsync(
                    $"layout-{core}-{workers}", new RunOptions { Blocks = 4, MinimumWorkers = workers }, Epochs);
                await job.FinishAsync();
                output.WriteLine($"{workers} workers, {core} parameter servers: {job.Now.TotalSeconds:0.0} s");
                Assert.Equal(workers, job.Events.OfType<JobStarted>().Single().Workers);
            }
        }
        catch
        {
            cluster.PrintLogs();
            throw;
        }
    }
}
