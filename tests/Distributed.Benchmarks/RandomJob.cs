using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Jobs.Service;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Learning.Randomness;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Specification;

namespace Distributed.Benchmarks;

/// <summary>The jobs that are measured: one shard a worker and step, SGD with momentum, random samples that are already in memory.</summary>
internal static class RandomJob
{
    private const int StepsPerEpoch = 1_000_000; // no epoch ends within a measurement
    private const int DistinctBatches = 8;

    /// <summary>A job of one cell.</summary>
    /// <param name="name">The job's name.</param>
    /// <param name="model">Layer widths.</param>
    /// <param name="batch">Samples of a worker's shard.</param>
    /// <param name="workers">Shards of a step.</param>
    /// <param name="options">How it is run.</param>
    /// <param name="format">The form of its gradients.</param>
    public static JobSubmission Submit(
        string name, string model, int batch, int workers, RunOptions options, GradientFormat format = GradientFormat.Float32)
    {
        var sizes = Sizes(model);
        var data = Data(model, batch);
        var specification = new JobSpecification
        {
            Data = new DataIdentity(data.Sha256, batch * workers * StepsPerEpoch, 0),
            Network = new NetworkSpecification { Inputs = sizes[0], Hidden = sizes[1..^1], Outputs = sizes[^1] },
            Optimizer = new OptimizerSpecification { Kind = OptimizerKind.Momentum, LearningRate = 1e-4 },
            Schedule = new ScheduleSpecification(),
            Epochs = 1000,
            BatchSize = batch * workers,
            ShardSize = batch,
            Seed = 1,
            GradientFormat = format,
        };
        return new JobSubmission(new JobId(name), specification, options, new DataSettings { Source = "random" }, data);
    }

    /// <summary>A cell's samples: a few, over and over, under a name of their own.</summary>
    public static EncodedDataSet Data(string model, int batch)
    {
        var sizes = Sizes(model);
        var stream = RandomStream.For(0, StreamPurpose.Generator);
        var inputs = new float[batch * DistinctBatches * sizes[0]];
        foreach (ref var value in inputs.AsSpan()) value = (float)(stream.NextDouble() * 2 - 1);
        var labels = Enumerable.Range(0, batch * DistinctBatches).Select(_ => stream.NextInt32(sizes[^1])).ToArray();
        return new EncodedDataSet
        {
            Name = "random",
            Training = new RepeatedSamples(EncodedSamples.Classification(sizes[0], sizes[^1], inputs, labels)),
            Sha256 = $"{Math.Abs(StepCell.Models.ToList().IndexOf(model)):x2}{batch:x8}".PadLeft(64, '0'),
            Encoding = new FeatureEncoding { Target = new TargetEncoding { Name = "class", Task = TaskKind.Classify } },
        };
    }

    private static int[] Sizes(string model) => [.. model.Split('-').Select(int.Parse)];

    /// <summary>A few samples over and over: as many rows as wanted in little memory.</summary>
    private sealed class RepeatedSamples(EncodedSamples samples) : ISampleSource
    {
        public int Rows => int.MaxValue;

        public int Inputs => samples.Inputs;

        public bool IsClassification => samples.IsClassification;

        public int Outputs => samples.Outputs;

        public void Gather(ReadOnlySpan<int> wanted, Span<float> inputs, Span<int> labels, Span<float> targets)
        {
            Span<int> real = stackalloc int[1];
            for (var i = 0; i < wanted.Length; i++)
            {
                real[0] = wanted[i] % samples.Rows;
                samples.Gather(real, inputs.Slice(i * Inputs, Inputs), labels.Slice(i, 1), default);
            }
        }
    }
}
