using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Journal;

namespace Distributed.Protocol.Coordinator.Lineages;

/// <summary>Whether and why the lineage ends, and what the next one begins from.</summary>
internal sealed class LineageFate(RunContext context)
{
    private bool _mustReplace;
    private long _unreadableFrom = long.MaxValue; // checkpoints from this step on cannot be read

    /// <summary>What was lost; null while nothing is.</summary>
    public string? Lost { get; private set; }

    /// <summary>Whether the lineage is over, and the next one not yet in the journal.</summary>
    public bool IsOver => Lost is not null || _mustReplace;

    /// <summary>Whether a checkpoint turned out to be unreadable.</summary>
    public bool HasUnreadable => _unreadableFrom != long.MaxValue;

    /// <summary>Whether the next lineage begins whatever becomes of this one: nothing that happens in it is lost.</summary>
    public bool IsReplaced =>
        _mustReplace || context.History.Lineage is { } lineage &&
        (lineage.Blocks != context.BlockCount || lineage.AuditShare != context.History.Options.AuditShare);

    /// <summary>Something was lost; the first reason stays.</summary>
    public void Lose(string reason) => Lost ??= reason;

    /// <summary>All blocks load again, although nothing was lost.</summary>
    public void Replace() => _mustReplace = true;

    /// <summary>The lineage's checkpoint cannot be read: the one before is used.</summary>
    public void FindUnreadable(long step, string reason)
    {
        _unreadableFrom = Math.Min(_unreadableFrom, step);
        Lost = reason;
    }

    /// <summary>The next lineage with its reason; null while this one goes on.</summary>
    /// <param name="blocks">The blocks of this one.</param>
    /// <param name="lostBest">The best epoch's end, whose weights no block holds any more; null when all is well.</param>
    public LineageStarted? Next(BlockRoster blocks, long? lostBest)
    {
        if (context.History.Lineage is null) return Start(null);
        if (Lost is not null || IsReplaced) return Start(Lost);
        if (blocks.IsComplete && lostBest is { } end)
        {
            FindUnreadable(end + 1, "the copy of the best epoch's weights was lost"); // a checkpoint behind it does not lead back
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
