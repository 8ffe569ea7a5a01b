using System.Diagnostics;
using System.Globalization;
using Distributed.Protocol.Specification;
using Distributed.Tests;
using Npgsql;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>
/// A long run with a checkpoint every second and a kill every 20 s: <c>dotnet test -c Release --filter Category=Soak</c>, for DISTRIBUTED_SOAK_MINUTES
/// (30 without it). The size of processes and store must not grow with time.
/// </summary>
[Collection(RunsAlone.Name)]
[Trait("Category", "Soak")]
public sealed class SoakTests(ITestOutputHelper output)
{
    private static readonly TimeSpan KillEvery = TimeSpan.FromSeconds(20);

    private static TimeSpan Length =>
        TimeSpan.FromMinutes(double.TryParse(Environment.GetEnvironmentVariable("DISTRIBUTED_SOAK_MINUTES"), CultureInfo.InvariantCulture, out var minutes) ? minutes : 30);

    [ClusterFact]
    public async Task Memory_and_store_stay_bounded_while_nodes_die_all_the_time()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        await using var cluster = await RealCluster.StartAsync(output, core: 3, workers: 2);
        await cluster.RunAsync(async () =>
        {
            var job = await cluster.SubmitDigitsAsync("soak", new RunOptions { Blocks = 4, SnapshotEvery = TimeSpan.FromSeconds(1) });
            await job.UntilStepAsync(20);
            var samples = new List<Sample>();
            var clock = Stopwatch.StartNew();
            var kills = 0;
            while (clock.Elapsed < Length)
            {
                var until = clock.Elapsed + KillEvery;
                NodeProcess[] all = [.. cluster.Core, .. cluster.Workers];
                var victim = all[random.Next(all.Length)];
                await victim.KillAsync();
                victim.StartAgain();
                kills++;
                await cluster.SettleAsync();
                await job.PauseWithinAsync(10);
                if (until > clock.Elapsed) await Task.Delay(until - clock.Elapsed);
                // Processes that have run for a while: a fresh one says nothing about growth.
                samples.Add(new Sample(clock.Elapsed, all.Where(node => node != victim).Max(node => node.ResidentBytes), await StoreBytesAsync(cluster), job.Step));
            }
            foreach (var sample in (Sample[])[samples[0], samples[samples.Count / 2], samples[^1]]) output.WriteLine($"{sample}");
            output.WriteLine($"kill count {kills}");
            await job.CancelAsync();
            var half = samples.Take(samples.Count / 2).ToList();
            Assert.True(samples[^1].LargestProcess < 1.3 * half.Max(sample => sample.LargestProcess) + (64 << 20), "memory grows");
            Assert.True(samples[^1].Store < 1.5 * half.Max(sample => sample.Store) + (16 << 20), "the store grows");
        });
    }

    /// <summary>Size of journal and snapshots; orphaned snapshot rows show here.</summary>
    private static async Task<long> StoreBytesAsync(RealCluster cluster)
    {
        await using var connection = new NpgsqlConnection(cluster.Database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_database_size(current_database())", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private sealed record Sample(TimeSpan At, long LargestProcess, long Store, long Step)
    {
        public override string ToString() =>
            $"after {At.TotalMinutes:0.0} min: largest process {LargestProcess >> 20} MiB, store {Store >> 20} MiB, step {Step}";
    }
}
