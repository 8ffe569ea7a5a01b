using Distributed.Cluster.Membership;

namespace Distributed.Cluster.Tests.Membership;

public sealed class FormationRuleTests
{
    [Theory]
    [InlineData(true)] // the only seed node
    [InlineData(true, SeedAnswer.NoProcess, SeedAnswer.NoProcess)] // all were killed, this one was started first
    [InlineData(true, SeedAnswer.NoCluster, SeedAnswer.Unknown)] // all start, one is slow
    [InlineData(false, SeedAnswer.Unknown, SeedAnswer.Unknown)] // cut off from the others, which may well go on
    [InlineData(false, SeedAnswer.InCluster, SeedAnswer.NoProcess)]
    [InlineData(false, SeedAnswer.InCluster, SeedAnswer.NoCluster)]
    [InlineData(false, SeedAnswer.Unknown)] // of two, half is no majority
    [InlineData(true, SeedAnswer.NoProcess)]
    [InlineData(false, SeedAnswer.NoProcess, SeedAnswer.Unknown, SeedAnswer.Unknown, SeedAnswer.Unknown)]
    [InlineData(true, SeedAnswer.NoProcess, SeedAnswer.NoCluster, SeedAnswer.Unknown, SeedAnswer.Unknown)]
    public void A_cluster_is_begun_where_most_seed_nodes_are_known_to_be_in_none(bool mayBegin, params object[] others) =>
        Assert.Equal(mayBegin, FormationRule.MayBegin([.. others.Cast<SeedAnswer>()]));
}
