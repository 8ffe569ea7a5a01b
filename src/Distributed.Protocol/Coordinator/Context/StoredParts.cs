using Distributed.Protocol.Journal;
using Distributed.Protocol.Snapshots;

namespace Distributed.Protocol.Coordinator.Context;

/// <summary>What the job has in the store beside its journal: parts that no checkpoint names are deleted.</summary>
internal sealed class StoredParts(RunContext context)
{
    private int _commitsSinceSweep;

    /// <summary>Why the store last refused a snapshot; null once a checkpoint is durable.</summary>
    public string? Trouble { get; set; }

    /// <summary>Deletes those of some parts that no kept checkpoint names.</summary>
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

    /// <summary>Looks for parts that belong to nothing: of blocks that died before they told, of deletions that failed.</summary>
    public void Sweep()
    {
        _commitsSinceSweep = 0;
        context.Effects.SweepParts(new PartsSweep(
            context.Job, context.Lineage, context.IsOver ? long.MaxValue : context.History.Latest?.Step ?? 0, context.History.Checkpoints));
    }
}
