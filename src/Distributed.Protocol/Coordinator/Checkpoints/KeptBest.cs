using Distributed.Protocol.Coordinator.Context;

namespace Distributed.Protocol.Coordinator.Checkpoints;

/// <summary>
/// The best epoch's weights between its end and their checkpoint. Blocks copy them at the epoch's end and keep the copy in memory, so that no
/// epoch waits for the disk: a newer best replaces it unwritten, and it is stored after <see cref="CoordinatorTimes.KeepBestFor"/>, before any
/// checkpoint of a later step, and before the job rests or ends.
/// </summary>
internal sealed class KeptBest(RunContext context)
{
    private TimeSpan? _undurableSince; // since when the best epoch of some moment is in memory alone

    /// <summary>Copied, or being copied, at the best epoch's end, and not on its way into the store; null for none.</summary>
    public CheckpointAttempt? Attempt { get; private set; }

    /// <summary>Whether it was in memory alone for long enough, or turned out to be stored.</summary>
    public bool IsDue => Attempt is { } kept && (kept.IsDurable || context.Now - _undurableSince >= context.Times.KeepBestFor);

    public void Keep(long step, int blocks)
    {
        if (Attempt is not null) return;
        _undurableSince ??= context.Now; // replaced again and again, the best of a moment still becomes durable
        Attempt = new CheckpointAttempt(context.NextAttempt(), step, blocks);
    }

    /// <summary>It goes into the store: all blocks are told.</summary>
    public CheckpointAttempt Take()
    {
        var attempt = Attempt!;
        attempt.AskAt = attempt.AskStoringAt = TimeSpan.Zero;
        attempt.WasKept = true;
        Attempt = null;
        StoresBest();
        return attempt;
    }

    /// <summary>The best epoch's weights are on their way into the store.</summary>
    public void StoresBest() => _undurableSince = null;

    public void Forget() => Attempt = null;
}
