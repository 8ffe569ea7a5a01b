using Distributed.Protocol.Journal;
using Distributed.Protocol.Snapshots;

namespace Distributed.Protocol.Coordinator.Context;

/// <summary>The job's stored parts, apart from its journal: parts that no checkpoint names are deleted.</summary>
internal sealed class StoredParts(RunContext context)
{
    private int _commitsSinceSweep;

    /// <summary>Why the store last refused a snapshot; null once a checkpoint is durable.</summary>
    public string? Trouble { get; set; }

    /// <summary>Deletes those of the given parts that no kept checkpoint names.</summary>
    public void DeleteUnkept(IEnumerable<SnapshotPart> parts)
    {
        var unkept = parts.Except(context.History.Checkpoints.SelectMany(checkpoint => checkpoint.Parts)).ToList();
        if (unkept.Count > 0) context.Effects.DeleteParts(unkept);
    }

    /// <summary>A checkpoint is durable.</summary>
    public void Committed()
    {
        Trouble = null;
        if (++_commitsSinceSweep >= context.Times.SweepAfter) Sweep();
    }

    /// <summary>Sweeps orphaned parts: left by blocks that died before reporting them, or by failed deletions.</summary>
    public void Sweep()
    {
        _commitsSinceSweep = 0;
        context.Effects.SweepParts(new PartsSweep(
            context.Job, context.Lineage, context.IsOver ? long.MaxValue : context.History.Latest?.Step ?? 0, context.History.Checkpoints));
    }
}
