using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Journal;

namespace Distributed.Protocol.Coordinator.Lineages;

/// <summary>Whether and why the lineage ends, and where the next one begins.</summary>
internal sealed class LineageFate(RunContext context)
{
    private bool _mustReplace;
    private long _unreadableFrom = long.MaxValue; // checkpoints from this step on cannot be read

    /// <summary>What was lost; null for nothing.</summary>
    public string? Lost { get; private set; }

    /// <summary>Whether the lineage is over and the next one not yet in the journal.</summary>
    public bool IsOver => Lost is not null || _mustReplace;

    /// <summary>Whether a checkpoint proved unreadable.</summary>
    public bool HasUnreadable => _unreadableFrom != long.MaxValue;

    /// <summary>Whether the next lineage begins regardless of what happens in this one: nothing that happens in it is lost.</summary>
    public bool IsReplaced =>
        _mustReplace || context.History.Lineage is { } lineage &&
        (lineage.Blocks != context.BlockCount || lineage.AuditShare != context.History.Options.AuditShare);

    /// <summary>Something was lost; the first reason is kept.</summary>
    public void Lose(string reason) => Lost ??= reason;

    /// <summary>All blocks reload, although nothing was lost.</summary>
    public void Replace() => _mustReplace = true;

    /// <summary>The lineage's checkpoint cannot be read: the previous one is used.</summary>
    public void FindUnreadable(long step, string reason)
    {
        _unreadableFrom = Math.Min(_unreadableFrom, step);
        Lost = reason;
    }

    /// <summary>The next lineage with its reason; null while this one continues.</summary>
    /// <param name="blocks">The blocks of this one.</param>
    /// <param name="lostBest">The best epoch's end when no block holds its weights any more; null otherwise.</param>
    public LineageStarted? Next(BlockRoster blocks, long? lostBest)
    {
        if (context.History.Lineage is null) return Start(null);
        if (Lost is not null || IsReplaced) return Start(Lost);
        if (blocks.IsComplete && lostBest is { } end)
        {
            FindUnreadable(end + 1, "the copy of the best epoch's weights was lost"); // a later checkpoint does not lead back to it
            return Start(Lost);
        }
        return blocks.LostTheJournalsLineage ? Start("blocks lost their memory") : null;
    }

    private LineageStarted Start(string? lost)
    {
        var from = context.History.Checkpoints.LastOrDefault(checkpoint => checkpoint.Step < _unreadableFrom);
        return new LineageStarted(context.Lineage + 1, from?.Step, context.BlockCount, lost) { AuditShare = context.History.Options.AuditShare };
    }
}
