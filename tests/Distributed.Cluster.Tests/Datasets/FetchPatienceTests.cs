using Distributed.Cluster.Datasets;

namespace Distributed.Cluster.Tests.Datasets;

public sealed class FetchPatienceTests
{
    private static readonly TimeSpan Begun = TimeSpan.FromHours(1);

    private readonly FetchPatience _patience = new(new string('a', 64), Begun);

    [Fact]
    public void A_fetch_without_a_source_gives_up_after_a_while_and_says_what_to_do()
    {
        Assert.Null(_patience.ReasonToGiveUp(After(14.9)));
        Assert.Equal("no node of the cluster has the data set aaaaaaaaaaaa…; submit the job again where the data is", _patience.ReasonToGiveUp(After(15)));
    }

    [Fact]
    public void A_usable_source_renews_it()
    {
        _patience.Renew(After(10));
        Assert.Null(_patience.ReasonToGiveUp(After(24.9)));
        Assert.NotNull(_patience.ReasonToGiveUp(After(25)));
    }

    [Fact]
    public void The_last_failure_is_told()
    {
        _patience.OnFailure("node 1: first");
        _patience.OnFailure("node 2: second");
        Assert.Contains("… (node 2: second);", _patience.ReasonToGiveUp(After(15)), StringComparison.Ordinal);
    }

    private static TimeSpan After(double seconds) => Begun + TimeSpan.FromSeconds(seconds);
}
