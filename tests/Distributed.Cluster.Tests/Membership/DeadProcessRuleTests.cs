using Distributed.Cluster.Membership;

namespace Distributed.Cluster.Tests.Membership;

public sealed class DeadProcessRuleTests
{
    private static readonly Incarnation[] Core = [new("a", 1, 11), new("b", 1, 12), new("c", 1, 13)];
    private static readonly Incarnation Worker = new("w", 1, 14);

    private readonly DeadProcessRule _rule = new();

    private IReadOnlyList<Incarnation> DeadAt(double seconds) => _rule.Dead(Core.ToHashSet(), TimeSpan.FromSeconds(seconds));

    [Fact]
    public void Two_of_three_core_nodes_are_enough_and_one_is_not()
    {
        _rule.OnRefused(Worker, Core[0], TimeSpan.Zero);
        Assert.Empty(DeadAt(0));
        _rule.OnRefused(Worker, Core[0], TimeSpan.FromSeconds(0.1)); // a repeated report adds no second witness
        Assert.Empty(DeadAt(0.1));
        _rule.OnRefused(Worker, Core[1], TimeSpan.FromSeconds(0.2));
        Assert.Equal([Worker], DeadAt(0.2));
    }

    [Fact]
    public void A_core_node_alone_decides_alone()
    {
        _rule.OnRefused(Worker, Core[0], TimeSpan.Zero);
        Assert.Equal([Worker], _rule.Dead(new HashSet<Incarnation> { Core[0] }, TimeSpan.Zero));
    }

    [Fact]
    public void One_survivor_of_three_core_nodes_does_not_bury_the_others()
    {
        foreach (var other in Core[1..]) _rule.OnRefused(other, Core[0], TimeSpan.Zero);
        Assert.Empty(DeadAt(0));
    }

    [Fact]
    public void Workers_earlier_lives_and_the_suspect_itself_are_no_witnesses()
    {
        _rule.OnRefused(Core[2], Core[0], TimeSpan.Zero);
        _rule.OnRefused(Core[2], Core[2], TimeSpan.Zero);
        _rule.OnRefused(Core[2], Worker, TimeSpan.Zero);
        _rule.OnRefused(Core[2], Core[1] with { Uid = 99 }, TimeSpan.Zero);
        Assert.Empty(DeadAt(0));
    }

    [Fact]
    public void A_refusal_of_long_ago_does_not_count()
    {
        _rule.OnRefused(Worker, Core[0], TimeSpan.Zero);
        var later = DeadProcessRule.TestimonyHolds.TotalSeconds + 1;
        _rule.OnRefused(Worker, Core[1], TimeSpan.FromSeconds(later));
        Assert.Empty(DeadAt(later));
    }

    [Fact]
    public void Another_life_at_the_same_address_is_not_meant()
    {
        _rule.OnRefused(Worker, Core[0], TimeSpan.Zero);
        _rule.OnRefused(Worker with { Uid = 15 }, Core[1], TimeSpan.Zero);
        Assert.Empty(DeadAt(0));
    }

    [Fact]
    public void A_port_that_answers_voids_what_was_said_and_in_the_end_the_suspicion()
    {
        _rule.OnRefused(Worker, Core[0], TimeSpan.Zero);
        _rule.OnAnswered(Worker, TimeSpan.Zero);
        _rule.OnRefused(Worker, Core[1], TimeSpan.FromSeconds(0.1));
        Assert.Empty(DeadAt(0.1));
        Assert.True(_rule.HasSuspects); // a dying process may have answered: it is probed again
        for (var i = 0; i < 2; i++) _rule.OnAnswered(Worker, TimeSpan.FromSeconds(0.2));
        Assert.False(_rule.HasSuspects);
    }

    [Fact]
    public void A_silent_suspect_is_probed_again_one_probe_at_a_time_and_ever_more_rarely_and_not_for_ever()
    {
        _rule.OnSuspected(Worker, TimeSpan.Zero);
        var probes = new List<TimeSpan>();
        for (var now = TimeSpan.Zero; now < TimeSpan.FromMinutes(1); now += TimeSpan.FromMilliseconds(10))
        {
            if (_rule.TakeProbes(now) is not [var probed]) continue;
            Assert.Equal(Worker, probed);
            Assert.Empty(_rule.TakeProbes(now + TimeSpan.FromMinutes(1))); // a probe is in progress
            probes.Add(now);
            _rule.ProbeLater(Worker, now);
        }
        Assert.Equal(DeadProcessRule.MaximumProbes, probes.Count);
        var waits = probes.Zip(probes.Skip(1), (a, b) => b - a).ToList();
        Assert.Equal(waits.Order(), waits);
        Assert.False(_rule.HasSuspects);
    }

    [Fact]
    public void Suspects_are_bounded()
    {
        for (var i = 0; i < 2 * DeadProcessRule.MaximumSuspects; i++) _rule.OnRefused(Worker with { Uid = i }, Core[0], TimeSpan.Zero);
        Assert.Equal(DeadProcessRule.MaximumSuspects, _rule.TakeProbes(TimeSpan.Zero).Count);
    }
}
