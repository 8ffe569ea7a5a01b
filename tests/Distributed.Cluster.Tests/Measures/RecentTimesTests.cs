using Distributed.Cluster.Measures;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.Tests.Measures;

public sealed class RecentTimesTests
{
    [Fact]
    public void Percentiles_are_those_of_the_latest_times_alone()
    {
        var times = new RecentTimes();
        Assert.Null(times.Summarize());
        times.Add(3);
        Assert.Equal(new StepTiming(3, 3), times.Summarize());
        times.Add(1);
        Assert.Equal(new StepTiming(1, 3), times.Summarize());
        for (var i = 0; i < 3 * RecentTimes.Most; i++) times.Add(1000);
        for (var i = RecentTimes.Most; i > 0; i--) times.Add(i);
        Assert.Equal(new StepTiming(256, 487), times.Summarize()); // nearest ranks of 1 … 512: 50% and 95%
        Assert.Equal(4 * RecentTimes.Most + 2, times.Count);
    }
}
