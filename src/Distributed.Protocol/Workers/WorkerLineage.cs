using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Workers;

/// <summary>What a coordinator told a worker in one lineage; a new lineage replaces it.</summary>
internal sealed class WorkerLineage(long number)
{
    /// <summary>The lineage's number; 0 before any.</summary>
    public long Number => number;

    /// <summary>Which worker computes what.</summary>
    public Assignment Assignment { get; private set; } = Assignment.None;

    /// <summary>The last epoch whose steps may be computed.</summary>
    public int OpenThrough { get; private set; }

    /// <summary>Takes an assignment unless a newer one is here.</summary>
    public bool TryAssign(Assignment assignment)
    {
        if (assignment.Number <= Assignment.Number) return false;
        Assignment = assignment;
        return true;
    }

    /// <summary>Steps of an epoch may be computed. False when that was known.</summary>
    public bool TryOpen(int epoch)
    {
        if (epoch <= OpenThrough) return false;
        OpenThrough = epoch;
        return true;
    }
}
