using System.Globalization;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Planning;

/// <summary>The memory that a node's process may use for jobs.</summary>
/// <param name="HoldsBlocks">Whether it is a parameter server.</param>
/// <param name="HasWorkers">Whether it computes.</param>
/// <param name="Budget">In bytes; null when the node does not say.</param>
internal sealed record NodeMemory(bool HoldsBlocks, bool HasWorkers, long? Budget);

/// <summary>
/// The least memory that a job needs, in bytes: what blocks and one worker with one thread hold at the same time. More threads, waiting gradients and
/// packed weights come on top. Samples are files mapped into memory, which the system may drop, and are not counted.
/// </summary>
internal sealed record JobMemory
{
    private readonly long _vector; // bytes of the flat parameter vector
    private readonly int _state; // vectors of optimizer state
    private readonly long _largestBlock; // bytes of its weights

    /// <summary>States the memory of a job.</summary>
    public JobMemory(JobSpecification specification, int blocks)
    {
        var (network, parameters) = (specification.Network, new ParameterLayout(specification.Network).Count);
        var layout = new BlockLayout(parameters, blocks);
        _vector = (long)parameters * sizeof(float);
        _state = Optimizer.Create(specification.Optimizer).StateVectors;
        _largestBlock = Enumerable.Range(0, layout.Count).Max(block => (long)layout[block].Count) * sizeof(float);
        // [rows x (inputs + hidden + outputs)], forward and backward.
        Activations = 2L * sizeof(float) * new EpochPlan(specification).MaximumRows * (network.Inputs + network.Hidden.Sum(width => (long)width) + network.Outputs);
    }

    /// <summary>The weights in the two versions that blocks keep.</summary>
    public long Weights => 2 * _vector;

    /// <summary>The optimizer's state.</summary>
    public long OptimizerState => _state * _vector;

    /// <summary>The copy of weights and state that is stored as a checkpoint.</summary>
    public long Snapshot => _vector + OptimizerState;

    /// <summary>What all blocks hold.</summary>
    public long Blocks => Weights + OptimizerState + Snapshot;

    /// <summary>Inputs, activations and their gradients of one shard.</summary>
    public long Activations { get; }

    /// <summary>What one worker holds: a gradient, and a shard's activations.</summary>
    public long Worker => _vector + Activations;

    /// <summary>
    /// Why no placement on these nodes can hold the job; null when one can, when a node does not state its memory, or while nodes of a role are missing.
    /// </summary>
    public string? WhyNot(IReadOnlyList<NodeMemory> nodes)
    {
        var servers = nodes.Where(node => node.HoldsBlocks).ToList();
        var workers = nodes.Where(node => node.HasWorkers).ToList();
        if (servers.Count == 0 || workers.Count == 0 || servers.Concat(workers).Any(node => node.Budget is null)) return null;
        return workers.Exists(worker => worker.Budget >= Worker && HoldBlocks(servers, worker)) ? null : Refusal(servers, workers);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"its parameter blocks hold {Size(Blocks)} (weights in two versions {Size(Weights)}, optimizer state {Size(OptimizerState)}, a snapshot {Size(Snapshot)}), "
        + $"a worker {Size(Worker)} (a gradient {Size(_vector)}, activations of a shard {Size(Activations)})";

    private bool HoldBlocks(List<NodeMemory> servers, NodeMemory worker)
    {
        var left = servers.ConvertAll(server => server.Budget!.Value - (ReferenceEquals(server, worker) ? Worker : 0));
        return left.Max() >= _largestBlock * (3 + 2 * _state) && left.Where(bytes => bytes > 0).Sum(bytes => (decimal)bytes) >= Blocks;
    }

    private string Refusal(List<NodeMemory> servers, List<NodeMemory> workers) =>
        $"the job does not fit into memory: {this}; the largest parameter server may use {Size(servers.Max(node => node.Budget!.Value))}, all of them "
        + $"{Size(servers.Sum(node => node.Budget!.Value))}, the largest worker node {Size(workers.Max(node => node.Budget!.Value))}: take a smaller network or batch, "
        + "more parameter servers and blocks, or nodes with more memory";

    private static string Size(long bytes) => bytes >= 1 << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 30):0.0} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.#} MiB");
}
