using Distributed.Cluster.Measures;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.ParameterBlocks;

/// <summary>What a block tells its coordinator of where the time of its steps goes: about once a second, while there is something new.</summary>
internal sealed class BlockMeasures(JobId job, int block)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly StepTimes _times = StepTimes.OfBlock(job, block);
    private TimeSpan _dueAt;
    private long _told; // steps that the last report covers

    /// <summary>The update of a step that began at that time stamp ends now.</summary>
    public void Record(long step, long began) => _times.Record(step, began);

    /// <summary>The report that is due; null when none is.</summary>
    public BlockMeasured? TakeDue(TimeSpan now)
    {
        if (now < _dueAt || _times.Count == _told) return null;
        (_dueAt, _told) = (now + Interval, _times.Count);
        return new BlockMeasured(job, block, _times.Work, _times.Wait);
    }
}
