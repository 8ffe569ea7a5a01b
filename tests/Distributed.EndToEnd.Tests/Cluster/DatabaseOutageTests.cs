using System.Diagnostics;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Tests;
using Microsoft.Data.Sqlite;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>The store fails in the middle of a run: the job trains to the end of its epoch, reports that it waits, and continues by itself.</summary>
[Collection(RunsAlone.Name)]
[Trait("Category", "Chaos")]
public sealed class DatabaseOutageTests(ITestOutputHelper output)
{
    private const int StepsOfAnEpoch = 12;

    /// <summary>Longer than SQLite's busy time-out, and than it takes until the circuit breakers of journal and snapshots have opened.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(15);

    /// <summary>Bound on the recovery once the store is back: a pause between two attempts, and a circuit breaker that tries again.</summary>
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    private static readonly RunOptions Options = new() { Blocks = 3, SnapshotEverySteps = 5 };

    [ClusterFact]
    public async Task A_PostgreSQL_server_that_is_stopped_and_started_again_costs_no_step()
    {
        await using var cluster = await RealCluster.StartAsync(output, core: 3, workers: 2);
        await cluster.RunAsync(async () =>
        {
            var job = await cluster.SubmitDigitsAsync("outage", Options);
            await job.UntilStepAsync(50);
            for (var outage = 0; outage < 2; outage++)
            {
                await cluster.Database.StopAsync();
                await WaitsAtAnEpochsEndAsync(job);
                await Task.Delay(Outage);
                await cluster.Database.StartAgainAsync();
                await GoesOnAsync(job);
            }
            // The directory of jobs has lived through it as well.
            var next = await cluster.SubmitDigitsAsync("next", Options, epochs: 2);
            await next.FinishAsync();
            await job.CancelAsync();
            cluster.AssertNoRewind(job);
        });
    }

    [ClusterFact]
    public async Task A_SQLite_file_that_somebody_else_locks_for_longer_than_the_busy_time_out_costs_no_step()
    {
        var folder = Directory.CreateTempSubdirectory("distributed-sqlite-").FullName;
        try
        {
            var store = Path.Combine(folder, "store.db");
            await using var cluster = await RealCluster.StartAsync(output, ["coordinator,parameter-server"], workers: 2, store: store);
            await cluster.RunAsync(async () =>
            {
                var job = await cluster.SubmitDigitsAsync("locked", Options);
                await job.UntilStepAsync(50);
                await using (var connection = new SqliteConnection($"Data Source={store};Pooling=false"))
                {
                    await connection.OpenAsync();
                    await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.Serializable); // BEGIN IMMEDIATE: no other connection writes
                    await WaitsAtAnEpochsEndAsync(job);
                    await Task.Delay(Outage);
                }
                await GoesOnAsync(job);
                await job.CancelAsync(() => cluster.ReadSqliteAsync("locked", store));
                cluster.AssertNoRewind(job);
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [RootFact("f=$(mktemp -d) && mount -t tmpfs -o size=1m tmpfs $f && umount $f && rmdir $f", "a small file system of its own (mount -t tmpfs)")]
    public async Task A_disk_that_is_full_for_a_while_costs_no_step()
    {
        var folder = Directory.CreateTempSubdirectory("distributed-disk-").FullName;
        // SQLite moves its log into the file every thousand pages of 32 KiB: the disk holds that many and the store beside them.
        await RunAsync("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", folder);
        try
        {
            var store = Path.Combine(folder, "store.db");
            await using var cluster = await RealCluster.StartAsync(output, ["coordinator,parameter-server"], workers: 2, store: store);
            await cluster.RunAsync(async () =>
            {
                var job = await cluster.SubmitDigitsAsync("full", Options);
                await job.UntilStepAsync(50);
                var ballast = Path.Combine(folder, "ballast");
                await FillAsync(ballast);
                await WaitsAtAnEpochsEndAsync(job);
                await Task.Delay(Outage);
                File.Delete(ballast);
                await GoesOnAsync(job);
                await job.CancelAsync(() => cluster.ReadSqliteAsync("full", store));
                cluster.AssertNoRewind(job);
            });
        }
        finally
        {
            await RunAsync("umount", folder);
            Directory.Delete(folder);
        }
    }

    private async Task WaitsAtAnEpochsEndAsync(RunningJob job)
    {
        job.SkipToNow();
        var clock = Stopwatch.StartNew();
        var waiting = await job.UntilAsync<JobWaiting>(told => told.Reason.Contains("store"));
        output.WriteLine($"waiting after {clock.Elapsed.TotalSeconds:0.0} s: {waiting.Reason}");
        // A busy machine can also make a pause in the middle of an epoch: the job goes on from that one by itself.
        for (var before = -1L; job.Step != before || before % StepsOfAnEpoch != 0;)
        {
            Assert.True(clock.Elapsed < Bound, $"the job does not come to rest at the end of an epoch but is at step {job.Step}");
            before = job.Step;
            await Task.Delay(TimeSpan.FromSeconds(1.5));
        }
    }

    private async Task GoesOnAsync(RunningJob job)
    {
        var clock = Stopwatch.StartNew();
        await job.PauseWithinAsync(3 * StepsOfAnEpoch);
        output.WriteLine($"three epochs further {clock.Elapsed.TotalSeconds:0.0} s after the store was back");
        Assert.True(clock.Elapsed < Promise, $"three epochs took {clock.Elapsed.TotalSeconds:0.0} s after the store was back");
    }

    /// <summary>Writes until nothing more fits.</summary>
    private static async Task FillAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var page = new byte[4096];
        try
        {
            while (true) file.Write(page);
        }
        catch (IOException)
        {
            // full
        }
    }

    private static async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(command[0], command[1..]);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
