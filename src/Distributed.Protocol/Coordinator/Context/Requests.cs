using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Coordinator.Context;

/// <summary>Client requests that are not yet in the journal.</summary>
internal sealed class Requests(RunContext context)
{
    private StartJob? _start;
    private StopReason? _cancelReason;

    /// <summary>Whether a client requested a pause.</summary>
    public bool WantsPause { get; private set; }

    /// <summary>Whether a client requested a cancel.</summary>
    public bool WantsCancel { get; private set; }

    /// <summary>Whether a client started the job and the journal does not record it yet.</summary>
    public bool IsStarting => _start is not null;

    public void Start(StartJob message)
    {
        _start = message;
        WantsPause = false;
    }

    public void Pause() => WantsPause = true;

    public void Cancel(StopReason? reason) => (WantsCancel, _cancelReason) = (true, reason);

    /// <summary>The event that a start results in; null when nothing is left to decide.</summary>
    public JournalEvent? DecideStart()
    {
        if (_start is not { } start) return null;
        if (context.History.Specification is null) return new JobSubmitted(start.Specification, start.Options, start.Initial);
        if (start.Options != context.History.Options) return new RunOptionsChanged(start.Options);
        if (context.History.IsPaused && !context.History.IsHeld) return new PauseChanged(false);
        _start = null;
        return null;
    }

    /// <summary>The requested cancel that is not decided yet; null for none.</summary>
    public CancelRequested? DecideCancel() => WantsCancel && !context.History.IsCancelled ? new CancelRequested { Reason = _cancelReason } : null;

    /// <summary>The requested pause that is not decided yet; null for none.</summary>
    public PauseChanged? DecidePause() => (WantsPause || context.History.IsHeld) && !context.History.IsPaused ? new PauseChanged(true) : null;

    /// <summary>A client that starts or queries a finished job gets its end.</summary>
    public void AnswerAfterEnd()
    {
        if (_start is null && !WantsCancel && !WantsPause) return;
        _start = null;
        WantsCancel = WantsPause = false;
        context.Effects.Publish(new JobFinished(context.Job, context.History.End!));
    }
}
