using Distributed.Cluster.Compute;
using Distributed.Cluster.Measures;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Strides;

namespace Distributed.Cluster.ParameterBlocks;

/// <summary>Reports a block's step timings to its coordinator about once a second, while there are new ones.</summary>
internal sealed class BlockMeasures(JobId job, int block)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly StepTimes _times = StepTimes.OfBlock(job, block);
    private TimeSpan _dueAt;
    private long _told; // steps covered by the last report

    /// <summary>The update of a step that began at this time stamp ends now.</summary>
    public void Record(long step, long began) => _times.Record(step, began);

    /// <summary>A stride has made steps in the block's memory.</summary>
    public void Record(Stride stride, StrideClock clock) => _times.Record(stride, clock.UpdateSeconds, clock.ComputeSeconds);

    /// <summary>Takes the report if one is due; otherwise null.</summary>
    public BlockMeasured? TakeDue(TimeSpan now)
    {
        if (now < _dueAt || _times.Count == _told) return null;
        (_dueAt, _told) = (now + Interval, _times.Count);
        return new BlockMeasured(job, block, _times.Work, _times.Wait);
    }
}
