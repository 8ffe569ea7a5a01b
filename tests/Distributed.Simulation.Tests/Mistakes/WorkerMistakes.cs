using Distributed.Protocol.Planning;
using Distributed.Protocol.Workers;

namespace Distributed.Simulation.Tests.Mistakes;

/// <summary>Deliberate mistakes of workers.</summary>
internal static class WorkerMistakes
{
    /// <summary>How a worker sums a run.</summary>
    public static ShardSums<T> Sums<T>(Mistake? mistake, int leaves, IndexRange run) =>
        mistake == Mistake.SumShardsAsTheyFinish ? new ArrivalOrderSums<T>(leaves, run) : new ShardSums<T>(leaves, run);

    /// <summary>Sums neighbours as they finish. The maximal nodes are the right ones; what was added to what depends on the threads.</summary>
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
