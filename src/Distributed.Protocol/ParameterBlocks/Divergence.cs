using Distributed.Protocol.Messages;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>Something of a block's lineage is not finite: nothing more is applied, and the coordinator is told until it ends the job.</summary>
internal sealed class Divergence(BlockSite site, long lineage)
{
    private TrainingDiverged? _fact;
    private RepeatTimer _repeat;

    /// <summary>Whether something is not finite.</summary>
    public bool HasHappened => _fact is not null;

    /// <summary>A loss, gradient or weight of a step is not finite.</summary>
    /// <param name="step">The version of the weights.</param>
    /// <param name="shard">The first such shard; null when a weight is not finite.</param>
    /// <param name="now">The time.</param>
    public void Note(long step, int? shard, TimeSpan now)
    {
        _fact = new TrainingDiverged(site.Job, lineage, step, shard);
        Repeat(now);
    }

    /// <summary>Tells the coordinator again, at a limited rate.</summary>
    public void Repeat(TimeSpan now)
    {
        if (_fact is not null && _repeat.IsDue(now, site.Times.ReportAgain)) site.Effects.ToCoordinator(_fact);
    }
}
