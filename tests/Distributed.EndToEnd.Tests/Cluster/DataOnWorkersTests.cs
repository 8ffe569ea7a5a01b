using System.Diagnostics;
using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Datasets;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Tests;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests.Cluster;

/// <summary>Worker processes without access to the client's files: the data reaches them through the cluster.</summary>
[Collection(OneCoreNodeCollection.Name)]
public sealed class DataOnWorkersTests(OneCoreNode clusters, ITestOutputHelper output)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    /// <summary>No such file exists: a worker that looks for it fails.</summary>
    private static readonly DataSettings Upload = new() { Source = "/nowhere/upload.csv", Seed = 1 };

    [ClusterFact]
    public async Task Workers_get_the_data_from_the_cluster_and_one_without_room_says_so()
    {
        const int Epochs = 3;
        await clusters.RunAsync(output, workers: 0, async cluster =>
        {
            var large = MakeData(rows: 2048, inputs: 256, seed: 1); // 2 MiB
            cluster.AddWorker("--data-cache", "1MiB");
            await cluster.SettleAsync();
            var job = await cluster.SubmitAsync("refused", Specify(large), new RunOptions(), Upload, large);
            var waiting = await job.UntilAsync<JobWaiting>(told => told.Reason.Contains("--data-cache", StringComparison.Ordinal));
            output.WriteLine(waiting.Reason);
            Assert.Contains("keeps at most 1 MiB", waiting.Reason, StringComparison.Ordinal);
            var roomy = cluster.AddWorker();
            await job.FinishAsync();

            var digits = await cluster.SubmitAsync("digits", DigitsJob.Specify(Epochs), new RunOptions { MinimumWorkers = 2, Blocks = 2 }, Upload, DigitsJob.Data);
            await digits.FinishAsync();
            foreach (var worker in cluster.Workers) Assert.True(HasWhole(cluster, worker, DigitsJob.Data));
            Assert.True(HasWhole(cluster, roomy, large));
        });
    }

    [ClusterFact]
    public async Task A_serving_node_that_is_killed_or_sends_damaged_chunks_is_left_for_another()
    {
        var data = MakeData(rows: 40_000, inputs: 784, seed: 2); // 120 MiB
        await clusters.RunAsync(output, workers: 0, async cluster =>
        {
            var first = cluster.AddWorker();
            await (await cluster.SubmitAsync("first", Specify(data), new RunOptions(), Upload, data)).FinishAsync();

            // A second worker fetches from the client and from the first one, which dies on the way.
            var second = cluster.AddWorker();
            var job = await cluster.SubmitAsync("second", Specify(data), new RunOptions { MinimumWorkers = 2 }, Upload, data);
            await UntilAsync(() => PartBytes(cluster, second) > 8 << 20, "the transfer has begun");
            await first.KillAsync();
            Assert.False(HasWhole(cluster, second, data), "the transfer was over before the kill");
            cluster.Workers.Remove(first);
            await UntilAsync(() => HasWhole(cluster, second, data), "the second worker has the data");
            output.WriteLine($"the second worker has the data {job.Now.TotalSeconds:0.0} s after the submission");

            // A third one is offered damaged chunks by the second: another file replaces the one that it has mapped.
            Damage(cluster, second, data);
            var third = cluster.AddWorker();
            await job.FinishAsync();
            Assert.True(HasWhole(cluster, third, data));
            Assert.Contains(third.Lines, line => line.Contains("sent a damaged chunk", StringComparison.Ordinal));
        });
    }

    [ClusterFact]
    public async Task A_workers_own_memory_does_not_grow_with_the_data()
    {
        var (small, large) = (MakeData(rows: 5_000, inputs: 784, seed: 3), MakeData(rows: 100_000, inputs: 784, seed: 4)); // 15 and 299 MiB
        await clusters.RunAsync(output, workers: 0, async cluster =>
        {
            var worker = cluster.AddWorker();
            var own = new List<long>();
            foreach (var data in new[] { small, large })
            {
                var job = await cluster.SubmitAsync($"rows-{data.Training.Rows}", Specify(data), new RunOptions(), Upload, data);
                await job.FinishAsync();
                var (anonymous, file) = worker.Memory();
                output.WriteLine($"{SampleFile.LengthOf(data) >> 20} MiB of data: {anonymous >> 20} MiB of its own, {file >> 20} MiB of files");
                own.Add(anonymous);
            }
            Assert.True(own[1] - own[0] < 64 << 20, $"grew by {(own[1] - own[0]) >> 20} MiB");
        });
    }

    /// <summary>Random samples of two classes that a small network can tell apart.</summary>
    private static EncodedDataSet MakeData(int rows, int inputs, int seed)
    {
        var random = new Random(seed);
        var (features, labels) = (new float[rows * inputs], new int[rows]);
        for (var i = 0; i < features.Length; i++) features[i] = random.NextSingle() - 0.5f;
        for (var i = 0; i < rows; i++) labels[i] = features[i * inputs] > 0 ? 1 : 0;
        var samples = EncodedSamples.Classification(inputs, 2, features, labels);
        return new EncodedDataSet
        {
            Name = "made",
            Training = samples,
            Encoding = new FeatureEncoding { Target = new TargetEncoding { Name = "side", Task = TaskKind.Classify, Classes = ["left", "right"] } },
            Sha256 = SampleHash.Compute(samples, null),
        };
    }

    private static JobSpecification Specify(EncodedDataSet data) => new()
    {
        Data = new DataIdentity(data.Sha256, data.Training.Rows, 0),
        Network = new NetworkSpecification
        {
            Inputs = data.Training.Inputs,
            Hidden = [8],
            Outputs = 2,
            Output = OutputKind.Softmax,
            Loss = LossKind.CrossEntropy,
        },
        Optimizer = new OptimizerSpecification { Kind = OptimizerKind.Sgd, LearningRate = 0.05 },
        Schedule = new ScheduleSpecification(),
        Epochs = 1,
        BatchSize = 1000,
        ShardSize = 100,
        Seed = 5,
    };

    private static bool HasWhole(RealCluster cluster, NodeProcess node, EncodedDataSet data) =>
        File.Exists(Path.Combine(cluster.SamplesOf(node), data.Sha256 + ".safetensors"));

    private static long PartBytes(RealCluster cluster, NodeProcess node)
    {
        var folder = new DirectoryInfo(cluster.SamplesOf(node));
        return folder.Exists ? folder.GetFiles("*.part").Sum(part => part.Length) : 0;
    }

    private static void Damage(RealCluster cluster, NodeProcess node, EncodedDataSet data)
    {
        var path = Path.Combine(cluster.SamplesOf(node), data.Sha256 + ".safetensors");
        var bytes = File.ReadAllBytes(path);
        for (var i = 500; i < bytes.Length; i += ChunkList.ChunkBytes / 2) bytes[i] ^= 0x20;
        File.WriteAllBytes(path + ".damaged", bytes);
        File.Move(path + ".damaged", path, overwrite: true);
    }

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > Bound) throw new TimeoutException($"not within {Bound.TotalSeconds} s: {what}");
            await Task.Delay(1);
        }
    }
}
