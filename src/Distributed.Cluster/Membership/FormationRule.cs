namespace Distributed.Cluster.Membership;

/// <summary>A seed node's answer, or its host's on its behalf, to a node about to begin a cluster.</summary>
internal enum SeedAnswer
{
    /// <summary>No answer: the seed may be in a cluster across a network partition.</summary>
    Unknown,

    /// <summary>The host refuses the connection: no process runs there, hence no cluster.</summary>
    NoProcess,

    /// <summary>The seed runs and is in no cluster.</summary>
    NoCluster,

    /// <summary>The seed runs and is in a cluster.</summary>
    InCluster,
}

/// <summary>
/// Decides when the first seed node may begin a cluster. Akka's own rule is a time-out: a first seed that restarts while the others are unreachable
/// or busy begins a second, permanent cluster beside theirs. This rule requires most seed nodes to be known to be in none; the rest cannot contain
/// the majority that a surviving cluster needs.
/// </summary>
internal static class FormationRule
{
    /// <summary>Whether a cluster may begin.</summary>
    /// <param name="others">The answer of each other seed node.</param>
    public static bool MayBegin(IReadOnlyCollection<SeedAnswer> others) =>
        !others.Contains(SeedAnswer.InCluster) &&
        1 + others.Count(answer => answer is SeedAnswer.NoProcess or SeedAnswer.NoCluster) > (others.Count + 1) / 2;
}
