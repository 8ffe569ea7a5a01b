namespace Distributed.Cluster.Membership;

/// <summary>What to do about a cluster singleton that this node may have to host.</summary>
internal enum SingletonVerdict
{
    /// <summary>It runs here, or is another node's.</summary>
    Fine,

    /// <summary>It is missing, but may be on its way here.</summary>
    Missing,

    /// <summary>It is lost: start its manager again.</summary>
    Restart,

    /// <summary>It stays lost although its manager was started again: the process is of no use.</summary>
    Hopeless,
}

/// <summary>
/// Decides when a singleton that this node must host is lost. Akka's manager hands it over when nodes come and go, but does not replace one whose actor
/// ended, and nothing replaces a manager that ended. Time in, verdicts out.
/// </summary>
internal sealed class SingletonRule
{
    /// <summary>How long it may be missing: longer than a hand-over between nodes takes.</summary>
    public static readonly TimeSpan MissingFor = TimeSpan.FromMinutes(1);

    /// <summary>Restarts that may fail in a row.</summary>
    public const int MaximumRestarts = 3;

    private TimeSpan? _missingSince;
    private int _restarts;

    /// <summary>Looks at the present state.</summary>
    /// <param name="isOurs">Whether this node is the one that must host it.</param>
    /// <param name="isThere">Whether it runs here.</param>
    /// <param name="now">The time.</param>
    public SingletonVerdict Look(bool isOurs, bool isThere, TimeSpan now)
    {
        if (!isOurs || isThere)
        {
            (_missingSince, _restarts) = (null, 0);
            return SingletonVerdict.Fine;
        }
        _missingSince ??= now;
        if (now - _missingSince < MissingFor) return SingletonVerdict.Missing;
        if (_restarts == MaximumRestarts) return SingletonVerdict.Hopeless;
        _restarts++;
        _missingSince = now;
        return SingletonVerdict.Restart;
    }
}
