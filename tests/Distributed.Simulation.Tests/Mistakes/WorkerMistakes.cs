using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Strides;
using Distributed.Protocol.Workers;
using Distributed.Simulation.Tests.World;

namespace Distributed.Simulation.Tests.Mistakes;

/// <summary>
/// Sits between a worker's shell and its ledger, in both directions, and makes one deliberate mistake. Without a mistake everything passes unchanged.
/// </summary>
internal sealed class WorkerMistakes(Mistake? mistake, IWorkerEffects shell) : IWorkerEffects
{
    private readonly HashSet<IComputedNode> _kept = [];
    private readonly HashSet<IComputedNode> _forgotten = []; // released, though the ledger believes it keeps them

    /// <summary>How a worker sums a run.</summary>
    public static ShardSums<T> Sums<T>(Mistake? mistake, int leaves, IndexRange run) =>
        mistake == Mistake.SumShardsAsTheyFinish ? new ArrivalOrderSums<T>(leaves, run) : new ShardSums<T>(leaves, run);

    /// <summary>Passes a message to the ledger.</summary>
    public IWorkerMessage ToLedger(IWorkerMessage message, WorkLedger ledger)
    {
        if (mistake == Mistake.ReleaseNodesEarly && message is WeightsUpdated first && first.Lineage == ledger.Lineage && first.Step > ledger.Version)
            ForgetNodes();
        return (mistake, message) switch
        {
            (Mistake.ForgetTheTerm, _) => (IWorkerMessage)message.WithTermOf(ledger.Term),
            (Mistake.ForgetTheLineageOfWeights, WeightsUpdated weights) when weights.Lineage < ledger.Lineage => weights with { Lineage = ledger.Lineage },
            _ => message,
        };
    }

    public void ToCoordinator(ICoordinatorMessage message) => shell.ToCoordinator(message);

    public void ToBlock(IBlockMessage message) => shell.ToBlock(message);

    public void PushGradient(PushGradient gradient)
    {
        if (_forgotten.Any(node => node.Node == gradient.Node)) gradient.Lease?.Dispose();
        else shell.PushGradient(gradient);
    }

    public void Compute(long lineage, long step, IndexRange run, WeightsView weights) => shell.Compute(lineage, step, run, weights);

    public void Evaluate(long lineage, int epoch, IndexRange run, WeightsView weights) => shell.Evaluate(lineage, epoch, run, weights);

    public bool TryStride(long lineage, IReadOnlyList<StrideOffer> offers) => shell.TryStride(lineage, offers);

    public void AbandonBefore(long lineage, long version) => shell.AbandonBefore(lineage, version);

    public void Release(IComputedNode node)
    {
        if (_forgotten.Remove(node)) return;
        _kept.Remove(node);
        shell.Release(node);
    }

    /// <summary>Passes a node to the ledger.</summary>
    public IComputedNode ToLedger(IComputedNode node)
    {
        if (mistake == Mistake.ReleaseNodesEarly) _kept.Add(node);
        return node;
    }

    private void ForgetNodes()
    {
        foreach (var node in _kept)
        {
            _forgotten.Add(node);
            shell.Release(node);
        }
        _kept.Clear();
    }

    /// <summary>Sums neighbours as they finish. The maximal nodes are correct; what was added to what depends on the threads.</summary>
    private sealed class ArrivalOrderSums<T>(int leaves, IndexRange run) : ShardSums<T>(leaves, run)
    {
        private readonly List<ReductionNode> _maximal = MaximalNodes(leaves, run);

        private protected override bool TryGetSibling(ReductionNode node, out ReductionNode sibling, out ReductionNode parent)
        {
            var maximal = _maximal.Find(above => above.Covers(node));
            sibling = Waiting.FirstOrDefault(other => maximal.Covers(other) && (other.End == node.First || other.First == node.End));
            parent = new ReductionNode(Math.Min(node.First, sibling.Count > 0 ? sibling.First : node.First), node.Count + sibling.Count);
            return node != maximal;
        }

        private static List<ReductionNode> MaximalNodes(int leaves, IndexRange run)
        {
            var nodes = new List<ReductionNode>();
            ReductionTree.AddMaximalNodes(leaves, run, nodes);
            return nodes;
        }
    }
}
