using System.Net;
using Distributed.Transport.Connections;

namespace Distributed.Transport.Tests.Connections;

public sealed class ConnectionBoundTests
{
    private readonly List<string> _closed = [];

    private ConnectionPlace? Enter(ConnectionBound bound, string source, string name) => bound.TryEnter(source, () => _closed.Add(name));

    [Fact]
    public void A_new_connection_takes_the_place_of_the_oldest_idle_one_of_the_source_that_has_most()
    {
        var bound = new ConnectionBound(all: 10, perSource: 10, idle: 3);
        Enter(bound, "few", "few 1");
        Enter(bound, "many", "many 1");
        Enter(bound, "many", "many 2");
        Assert.NotNull(Enter(bound, "new", "new 1"));
        Assert.Equal(["many 1"], _closed);
        Assert.Equal(3, bound.Count);
    }

    [Fact]
    public void A_busy_connection_keeps_its_place_and_one_that_is_idle_again_is_the_youngest()
    {
        var bound = new ConnectionBound(all: 3, perSource: 3, idle: 3);
        var first = Enter(bound, "a", "1")!;
        Enter(bound, "a", "2");
        first.BeginWork();
        first.BeginWork();
        first.EndWork();
        Enter(bound, "a", "3");
        Enter(bound, "a", "4");
        Assert.Equal(["2"], _closed);
    }

    [Fact]
    public void While_all_are_busy_a_new_connection_is_refused_and_a_place_that_is_left_is_free()
    {
        var bound = new ConnectionBound(all: 2, perSource: 2, idle: 2);
        var places = new[] { Enter(bound, "a", "1")!, Enter(bound, "b", "2")! };
        foreach (var place in places) place.BeginWork();
        Assert.Null(Enter(bound, "c", "3"));
        places[0].Dispose();
        places[0].Dispose();
        Assert.NotNull(Enter(bound, "c", "4"));
        Assert.Empty(_closed);
        Assert.Equal(2, bound.Count);
    }

    [Fact]
    public void A_source_at_its_own_bound_takes_from_itself_alone()
    {
        var bound = new ConnectionBound(all: 10, perSource: 2, idle: 10);
        Enter(bound, "a", "a 1")!.BeginWork();
        Enter(bound, "a", "a 2");
        Enter(bound, "b", "b 1");
        var third = Enter(bound, "a", "a 3")!;
        Assert.Equal(["a 2"], _closed);
        third.BeginWork();
        Assert.Null(Enter(bound, "a", "a 4"));
        Assert.NotNull(Enter(bound, "b", "b 2"));
    }

    [Fact]
    public void A_connection_that_lost_its_place_has_no_more_say()
    {
        var bound = new ConnectionBound(all: 1, perSource: 1, idle: 1);
        var lost = Enter(bound, "a", "1")!;
        var kept = Enter(bound, "a", "2")!;
        lost.BeginWork();
        lost.EndWork();
        lost.Dispose();
        Assert.Equal(1, bound.Count);
        kept.Dispose();
        Assert.Equal(0, bound.Count);
    }

    [Fact]
    public void Thousands_of_places_from_many_threads_leave_nothing_behind()
    {
        var bound = new ConnectionBound(all: 50, perSource: 40, idle: 20);
        Parallel.For(0, 20_000, i =>
        {
            using var place = bound.TryEnter($"{i % 7}", () => { });
            place?.BeginWork();
            if (i % 3 == 0) place?.EndWork();
        });
        Assert.Equal(0, bound.Count);
    }

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("::ffff:10.1.2.3", "10.1.2.3")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    public void A_source_is_an_address_or_the_network_in_which_a_host_chooses_its_own(string address, string source) =>
        Assert.Equal(source, ConnectionBound.SourceOf(IPAddress.Parse(address)));
}
