using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Workers;

/// <summary>A coordinator's instructions to a worker in one lineage; a new lineage replaces them.</summary>
internal sealed class WorkerLineage(long number)
{
    /// <summary>The lineage's number; 0 before any.</summary>
    public long Number => number;

    /// <summary>Which worker computes what.</summary>
    public Assignment Assignment { get; private set; } = Assignment.None;

    /// <summary>The last epoch whose steps may be computed.</summary>
    public int OpenThrough { get; private set; }

    /// <summary>Takes an assignment unless a newer one is present.</summary>
    public bool TryAssign(Assignment assignment)
    {
        if (assignment.Number <= Assignment.Number) return false;
        Assignment = assignment;
        return true;
    }

    /// <summary>Opens an epoch: its steps may be computed. False when already known.</summary>
    public bool TryOpen(int epoch)
    {
        if (epoch <= OpenThrough) return false;
        OpenThrough = epoch;
        return true;
    }
}
