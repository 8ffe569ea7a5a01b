using Distributed.Protocol.Identity;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>One incarnation of a parameter block and its surroundings.</summary>
/// <param name="Job">The job.</param>
/// <param name="Block">The block, from 0.</param>
/// <param name="Incarnation">A number that no earlier incarnation of this block used.</param>
/// <param name="Times">Waits.</param>
/// <param name="Effects">The surroundings.</param>
internal sealed record BlockSite(JobId Job, int Block, long Incarnation, BlockTimes Times, IBlockEffects Effects);

/// <summary>Limits how often a fact is repeated. A mutable value: its field must not be read-only.</summary>
internal struct RepeatTimer
{
    private TimeSpan _at;

    /// <summary>Whether a repetition is due; if so, the next one is after <paramref name="every"/>.</summary>
    public bool IsDue(TimeSpan now, TimeSpan every)
    {
        if (now < _at) return false;
        _at = now + every;
        return true;
    }

    /// <summary>Whether a repetition is due, without counting as one.</summary>
    public readonly bool WouldBeDue(TimeSpan now) => now >= _at;

    /// <summary>The fact was sent for another reason: the next repetition is after <paramref name="every"/>.</summary>
    public void Restart(TimeSpan now, TimeSpan every) => _at = now + every;

    /// <summary>Makes the next repetition due at once.</summary>
    public void Reset() => _at = TimeSpan.Zero;
}
