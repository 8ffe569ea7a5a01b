using Distributed.Protocol.Coordinator.Context;

namespace Distributed.Protocol.Coordinator.Checkpoints;

/// <summary>
/// The best epoch's weights between its end and their checkpoint. Blocks keep a copy in memory so that no epoch waits for the disk. A newer best
/// replaces it unwritten; it is stored after <see cref="CoordinatorTimes.KeepBestFor"/>, before any checkpoint of a later step, and before the job
/// rests or ends.
/// </summary>
internal sealed class KeptBest(RunContext context)
{
    private TimeSpan? _undurableSince; // since when a best epoch has been in memory only

    /// <summary>The copy at the best epoch's end, complete or in progress, that is not being stored; null for none.</summary>
    public CheckpointAttempt? Attempt { get; private set; }

    /// <summary>Whether it has been in memory long enough, or is already stored.</summary>
    public bool IsDue => Attempt is { } kept && (kept.IsDurable || context.Now - _undurableSince >= context.Times.KeepBestFor);

    public void Keep(long step, int blocks)
    {
        if (Attempt is not null) return;
        _undurableSince ??= context.Now; // not reset by replacement, so frequent new bests still become durable
        Attempt = new CheckpointAttempt(context.NextAttempt(), step, blocks);
    }

    /// <summary>Hands the copy over for storing; all blocks are told.</summary>
    public CheckpointAttempt Take()
    {
        var attempt = Attempt!;
        attempt.AskAt = attempt.AskStoringAt = TimeSpan.Zero;
        attempt.WasKept = true;
        Attempt = null;
        StoresBest();
        return attempt;
    }

    /// <summary>The best epoch's weights are being stored.</summary>
    public void StoresBest() => _undurableSince = null;

    public void Forget() => Attempt = null;
}
