using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Distributed.Cluster.Hosting;
using Distributed.Jobs.Embedded;
using Distributed.Jobs.Service;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Transport.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Benchmarks.Clusters;

/// <summary>
/// Worker processes of one compute thread each, which also hold the parameter blocks; the first one is the coordinator. This process is a
/// node of the cluster too, but only submits jobs and hears of their progress.
/// </summary>
internal sealed class BenchmarkCluster : IAsyncDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1), FirstWarmUp = TimeSpan.FromSeconds(20); // until the compiler rests
    private const int Rounds = 4;

    private readonly List<ChildProcess> _nodes = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("distributed-bench-");
    private ClusterNode? _client;
    private IJobService? _training;
    private int _jobs;

    private BenchmarkCluster()
    {
    }

    /// <summary>Starts the processes and waits until they are one cluster.</summary>
    /// <param name="workers">Worker processes.</param>
    /// <param name="wires">How they exchange tensors.</param>
    /// <param name="certificates">The folder of their certificates; null for none.</param>
    public static async Task<BenchmarkCluster> StartAsync(int workers, NodeWires wires, string? certificates = null)
    {
        var cluster = new BenchmarkCluster();
        try
        {
            var seed = $"127.0.0.1:{FreePort()}";
            for (var i = 0; i < workers; i++)
            {
                var roles = i == 0 ? "coordinator,parameter-server,worker" : "parameter-server,worker";
                string[] identity = certificates is null ? [] : [certificates];
                var node = ChildProcess.StartSelf(
                    ["cluster-node", roles, i == 0 ? seed[(seed.IndexOf(':') + 1)..] : "0", seed, Path.Combine(cluster._folder.FullName, $"{i}.db"),
                    wires.ToString(), .. identity]);
                cluster._nodes.Add(node);
                if (await node.ListenAsync(Bound) != "ready") throw new IOException(node.Complaints);
            }

            cluster._client = await ClusterNode.StartAsync(
                new ClusterNodeOptions
                {
                    Roles = new HashSet<string>(),
                    SeedNodes = [seed],
                    Store = StoreSettings.Parse(Path.Combine(cluster._folder.FullName, "client.db")), // for what a job begins with
                    Identity = certificates is null ? null : ClusterIdentity.Open(certificates, NullLogger.Instance),
                    Resident = [.. from model in StepCell.Models from batch in StepCell.Batches select RandomJob.Data(model, batch)],
                    Logging = logging => logging.SetMinimumLevel(LogLevel.None),
                }, CancellationToken.None);
            cluster._training = NodeClient.Of(cluster._client);
            await cluster._client.Joined.WaitAsync(Bound);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Milliseconds of a step of one cell: the best of some rounds between progress reports, after a warm-up, of which the first is the longest.</summary>
    public async Task<double> MeasureAsync(string model, int batch, int blocks, GradientFormat format, double seconds)
    {
        var workers = _nodes.Count;
        var options = new RunOptions { Blocks = blocks, MinimumWorkers = workers, SnapshotEvery = TimeSpan.FromHours(1) };
        var job = RandomJob.Submit($"bench-{++_jobs}", model, batch, workers, options, format);
        using var bound = new CancellationTokenSource(Bound);
        await _training!.StartAsync(job, bound.Token);
        try
        {
            var clock = new Stopwatch();
            var warmUp = _jobs == 1 ? FirstWarmUp : WarmUp;
            var round = TimeSpan.FromSeconds(Math.Max(0.25, seconds / Rounds));
            var (best, rounds, from, fromStep) = (double.PositiveInfinity, 0, TimeSpan.Zero, -1L);
            await foreach (var jobEvent in _training!.WatchAsync(job.Id, bound.Token))
            {
                if (jobEvent is JobFinished finished) throw new InvalidOperationException($"the job ended: {finished.End}");
                if (jobEvent is not JobProgressed { Step: > 0 } progress) continue;
                clock.Start();
                var now = clock.Elapsed;
                if (now < warmUp || now - from < round) continue;
                if (fromStep >= 0)
                {
                    best = Math.Min(best, (now - from).TotalMilliseconds / (progress.Step - fromStep));
                    rounds++;
                }

                (from, fromStep) = (now, progress.Step);
                if (rounds == Rounds) break;
            }

            return best;
        }
        catch (OperationCanceledException)
        {
            throw new IOException($"{model} with {batch} samples a worker did not get on: {string.Join(Environment.NewLine, _nodes.Select(node => node.Complaints))}");
        }
        finally
        {
            await EndAsync(job.Id);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        foreach (var node in _nodes) node.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task EndAsync(JobId job)
    {
        using var bound = new CancellationTokenSource(Bound);
        await _training!.CancelAsync(job, bound.Token);
        await foreach (var jobEvent in _training!.WatchAsync(job, bound.Token))
            if (jobEvent is JobFinished) break;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
