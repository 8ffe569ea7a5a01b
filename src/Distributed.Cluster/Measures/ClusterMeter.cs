using System.Diagnostics.Metrics;

namespace Distributed.Cluster.Measures;

/// <summary>
/// The instruments of workers and blocks (System.Diagnostics.Metrics), meter <see cref="Name"/>: where a step's time goes. Bytes and socket send
/// time are measured by the transport (<c>Transport.TransportMeter</c>).
/// <code>
///   distributed.worker.compute   s   job, worker   from a step's weights to the last of this worker's nodes
///   distributed.worker.wait      s   job, worker   from there to the next step's weights
///   distributed.block.wait       s   job, block    from the start of a step to the node that completes its tree, including sums
///   distributed.block.update     s   job, block    the last sum, the optimizer's update, handing over the weights
///   distributed.block.refused                      gradients from nodes that are no workers of the job
///   distributed.worker.refused                     weights from nodes that do not hold the block
/// </code>
/// Nothing is measured without a listener.
/// </summary>
public static class ClusterMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Distributed.Cluster";

    private static readonly Meter Meter = new(Name);

    // From 10 µs to 100 s: covers the steps of the smallest and largest networks.
    private static readonly InstrumentAdvice<double> Buckets = new()
    {
        HistogramBucketBoundaries =
            [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100],
    };

    internal static Histogram<double> WorkerCompute { get; } = Create("distributed.worker.compute", "A worker's shards of one step, from its weights on.");

    internal static Histogram<double> WorkerWait { get; } = Create("distributed.worker.wait", "A worker without shards, until the next step's weights are here.");

    internal static Histogram<double> BlockWait { get; } = Create("distributed.block.wait", "A block that lacks gradients of its step.");

    internal static Histogram<double> BlockUpdate { get; } = Create("distributed.block.update", "A block's update, until its weights are handed over.");

    internal static Counter<long> BlockRefused { get; } =
        Meter.CreateCounter<long>("distributed.block.refused", "{gradient}", "Gradients from nodes that are no workers of the job.");

    internal static Counter<long> WorkerRefused { get; } =
        Meter.CreateCounter<long>("distributed.worker.refused", "{tensor}", "Weights from nodes that do not hold the block.");

    private static Histogram<double> Create(string name, string description) => Meter.CreateHistogram(name, "s", description, tags: null, Buckets);
}
