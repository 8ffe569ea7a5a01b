using Distributed.Cluster.Compute;
using Distributed.Data.Samples;
using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Tests.Embedded;

/// <summary>A machine with faulty kernels: from step 5 on, one element of each gradient is wrong.</summary>
internal sealed class ErringShardTask(JobSpecification specification, EpochPlan plan, Network network, SampleSet data)
    : ShardTask(specification, plan, network, data)
{
    private const long FirstStep = 5;

    /// <summary>Only the first worker of the process errs.</summary>
    public static ShardTaskFactory OfTheFirstWorker { get; } = (job, worker, specification, plan, network, data) =>
        worker.Value.Contains("-0-", StringComparison.Ordinal)
            ? new ErringShardTask(specification, plan, network, data)
            : Factory(job, worker, specification, plan, network, data);

    public override ShardMetrics Train(StepWeights weights, long step, int shard, Span<float> gradient)
    {
        var metrics = base.Train(weights, step, shard, gradient);
        if (step >= FirstStep) gradient[(int)(step % gradient.Length)] += 1;
        return metrics;
    }
}
