namespace Distributed.Cluster.Membership;

/// <summary>What a seed node says, or its host for it, to one that would begin a cluster.</summary>
internal enum SeedAnswer
{
    /// <summary>Nothing: it may be in a cluster on the other side of a broken network.</summary>
    Unknown,

    /// <summary>Its host refuses the connection: no process runs there, so no cluster either.</summary>
    NoProcess,

    /// <summary>It runs, and is in no cluster.</summary>
    NoCluster,

    /// <summary>It runs, in a cluster.</summary>
    InCluster,
}

/// <summary>
/// When the first seed node may begin a cluster. Akka's own rule is a time-out: a first seed that is started again while the others cannot
/// be reached, or are busy, then begins a second cluster beside theirs, for ever. Here most of the seed nodes must be known to be in none;
/// the majority that a surviving cluster needs cannot be among the rest.
/// </summary>
internal static class FormationRule
{
    /// <summary>Whether a cluster may be begun.</summary>
    /// <param name="others">What is known of each other seed node.</param>
    public static bool MayBegin(IReadOnlyCollection<SeedAnswer> others) =>
        !others.Contains(SeedAnswer.InCluster) &&
        1 + others.Count(answer => answer is SeedAnswer.NoProcess or SeedAnswer.NoCluster) > (others.Count + 1) / 2;
}
