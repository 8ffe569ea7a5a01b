using Distributed.Protocol.Messages;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>A block whose node shuts down: it goes once the job can go on elsewhere without losing a step.</summary>
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

    /// <summary>The coordinator lets the block go: what it holds in this lineage is durable and is loaded elsewhere.</summary>
    public void Release(long lineage)
    {
        if (_isLeaving) _releasedLineage = lineage;
    }

    /// <summary>Whether the block may stop.</summary>
    /// <param name="lineage">What it holds; null for nothing.</param>
    public bool IsReleased(long? lineage) => _isLeaving && (lineage is null || lineage == _releasedLineage);

    /// <summary>Tells the coordinator again until the block is released.</summary>
    public void Ask(bool isReleased, long lineage, TimeSpan now)
    {
        if (_isLeaving && !isReleased && _repeat.IsDue(now, site.Times.ReportAgain))
            site.Effects.ToCoordinator(new BlockLeaving(site.Job, site.Block, site.Incarnation, lineage));
    }
}
