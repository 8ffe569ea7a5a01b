using Distributed.Protocol.Messages;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>A block whose node shuts down: it leaves once the job can continue elsewhere without losing a step.</summary>
internal sealed class LeaveRequest(BlockSite site)
{
    private bool _isLeaving;
    private long _releasedLineage = -1;
    private RepeatTimer _repeat;

    /// <summary>The node shuts down.</summary>
    public void Begin()
    {
        _isLeaving = true;
        _repeat.Reset();
    }

    /// <summary>The coordinator releases the block: its state in this lineage is durable and will be loaded elsewhere.</summary>
    public void Release(long lineage)
    {
        if (_isLeaving) _releasedLineage = lineage;
    }

    /// <summary>Whether the block may stop.</summary>
    /// <param name="lineage">The lineage it holds; null for none.</param>
    public bool IsReleased(long? lineage) => _isLeaving && (lineage is null || lineage == _releasedLineage);

    /// <summary>Repeats the request to the coordinator until the block is released.</summary>
    public void Ask(bool isReleased, long lineage, TimeSpan now)
    {
        if (_isLeaving && !isReleased && _repeat.IsDue(now, site.Times.ReportAgain))
            site.Effects.ToCoordinator(new BlockLeaving(site.Job, site.Block, site.Incarnation, lineage));
    }
}
