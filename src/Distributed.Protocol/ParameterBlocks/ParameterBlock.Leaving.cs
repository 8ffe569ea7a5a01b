using Distributed.Protocol.Messages;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>A block whose node shuts down: it goes once the job can go on elsewhere without losing a step.</summary>
public sealed partial class ParameterBlock
{
    private bool _isLeaving;
    private TimeSpan _leaveAt; // when the coordinator is told again
    private long _releasedLineage = -1;

    /// <summary>Whether it may stop: it holds nothing, or what it holds is durable and waited for elsewhere.</summary>
    public bool IsReleased => _isLeaving && (IsEmpty || (_state is { } state && state.Lineage == _releasedLineage));

    /// <summary>The node shuts down.</summary>
    public void OnLeave(TimeSpan now)
    {
        Hear(now);
        _isLeaving = true;
        _leaveAt = TimeSpan.Zero;
        AskToLeave(now);
    }

    /// <summary>The coordinator lets the block go.</summary>
    public void OnRelease(ReleaseBlock message)
    {
        if (!AcceptTerm(message.Term) || !_isLeaving) return;
        _releasedLineage = message.Lineage;
    }

    private void AskToLeave(TimeSpan now)
    {
        if (!_isLeaving || IsReleased || now < _leaveAt) return;
        _leaveAt = now + _times.ReportAgain;
        _effects.ToCoordinator(new BlockLeaving(_job, _block, _incarnation, Lineage));
    }
}
