using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Distributed.Cluster.Compute;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Jobs.Embedded;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Tests.Embedded;

/// <summary>Runs jobs on embedded clusters in a separate folder.</summary>
public sealed class TrainingFixture : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-").FullName;

    public string StorePath(string name = "store") => Path.Combine(_folder, $"{name}.db");

    public static EncodedDataSet Digits { get; } = DataSets.Load(DigitsSettings);

    public static DataSettings DigitsSettings => new() { Source = "digits", Seed = 1, Validation = "0.2" };

    public static JobSpecification Specify(EncodedDataSet data, Func<JobSpecification, JobSpecification>? change = null)
    {
        var specification = new JobSpecification
        {
            Data = new DataIdentity(data.Sha256, data.Training.Rows, data.Validation?.Rows ?? 0),
            Network = new NetworkSpecification
            {
                Inputs = data.Training.Inputs,
                Hidden = [16],
                Outputs = data.Training.Outputs,
                Output = data.Training.IsClassification ? OutputKind.Softmax : OutputKind.Linear,
                Loss = data.Training.IsClassification ? LossKind.CrossEntropy : LossKind.SquaredError,
            },
            Optimizer = new OptimizerSpecification { Kind = OptimizerKind.Momentum, LearningRate = 0.05 },
            Schedule = new ScheduleSpecification(),
            Epochs = 2,
            BatchSize = 100,
            ShardSize = 16,
            Seed = 7,
        };
        return change?.Invoke(specification) ?? specification;
    }

    /// <summary>Trains to completion; returns the end and the SHA-256 of the last weights.</summary>
    internal async Task<(JobFinished End, string Sha256, List<JobEvent> Events)> TrainAsync(
        EncodedDataSet data, JobSpecification specification, int workers = 1, int blocks = 1, int threads = 2, string store = "store", string job = "job",
        double auditShare = 0, ShardTaskFactory? shardTasks = null)
    {
        await using var cluster = await EmbeddedCluster.StartAsync(
            new EmbeddedClusterOptions { StorePath = StorePath(store), Workers = workers, Threads = threads, ShardTasks = shardTasks ?? ShardTask.Factory },
            CancellationToken.None);
        return await TrainAsync(cluster, data, specification, new RunOptions { Blocks = blocks, AuditShare = auditShare, MinimumWorkers = workers }, job);
    }

    /// <summary>Trains on a running cluster.</summary>
    public static async Task<(JobFinished End, string Sha256, List<JobEvent> Events)> TrainAsync(
        EmbeddedCluster cluster, EncodedDataSet data, JobSpecification specification, RunOptions options, string job)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(3)); // a job that hangs, on a machine that is busy with other work
        var id = new JobId(job);
        await cluster.Client.StartAsync(new JobSubmission(id, specification, options, DigitsSettings, data), bound.Token);
        var events = new List<JobEvent>();
        await foreach (var jobEvent in cluster.Client.WatchAsync(id, bound.Token)) events.Add(jobEvent);
        var weights = await cluster.Client.ReadWeightsAsync(id, CheckpointChoice.Last, bound.Token);
        return (Assert.IsType<JobFinished>(events[^1]), Sha256Of(weights), events);
    }

    public static string Sha256Of(ReadOnlySpan<float> weights) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(weights)));

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
