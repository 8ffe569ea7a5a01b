using Distributed.Cluster.Membership;

namespace Distributed.Cluster.Tests.Membership;

public sealed class SingletonRuleTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly SingletonRule _rule = new();
    private TimeSpan _now = TimeSpan.FromHours(1);

    private SingletonVerdict LookAfter(TimeSpan time, bool isOurs = true, bool isThere = false)
    {
        _now += time;
        return _rule.Look(isOurs, isThere, _now);
    }

    [Fact]
    public void A_singleton_that_is_missing_here_for_a_minute_is_started_again_and_given_up_after_three_attempts()
    {
        for (var attempt = 0; attempt < SingletonRule.MaximumRestarts; attempt++)
        {
            Assert.Equal(SingletonVerdict.Missing, LookAfter(Second));
            Assert.Equal(SingletonVerdict.Missing, LookAfter(SingletonRule.MissingFor - (attempt == 0 ? 1 : 2) * Second));
            Assert.Equal(SingletonVerdict.Restart, LookAfter(Second));
        }
        Assert.Equal(SingletonVerdict.Missing, LookAfter(Second));
        Assert.Equal(SingletonVerdict.Hopeless, LookAfter(SingletonRule.MissingFor));
        Assert.Equal(SingletonVerdict.Hopeless, LookAfter(Second));
        Assert.Equal(SingletonVerdict.Fine, LookAfter(Second, isThere: true));
        Assert.Equal(SingletonVerdict.Missing, LookAfter(Second)); // counts from the beginning again
    }

    [Fact]
    public void A_singleton_of_another_node_and_one_on_its_way_are_no_loss()
    {
        Assert.Equal(SingletonVerdict.Fine, LookAfter(SingletonRule.MissingFor * 2, isOurs: false));
        Assert.Equal(SingletonVerdict.Missing, LookAfter(Second));
        Assert.Equal(SingletonVerdict.Missing, LookAfter(SingletonRule.MissingFor - Second));
        Assert.Equal(SingletonVerdict.Fine, LookAfter(Second, isThere: true));
    }
}
