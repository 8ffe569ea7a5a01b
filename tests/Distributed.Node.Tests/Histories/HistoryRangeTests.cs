using Distributed.Node.Histories;
using Distributed.Node.Problems;

namespace Distributed.Node.Tests.Histories;

public sealed class HistoryRangeTests
{
    [Theory]
    [InlineData(null, null, null, 0, 2500, null)] // as earlier clients ask
    [InlineData(0, null, null, 0, 1000, 1000)]
    [InlineData(1000, 500, null, 1000, 500, 1500)]
    [InlineData(null, 10_000, null, 0, 2500, null)]
    [InlineData(2000, 500, null, 2000, 500, null)]
    [InlineData(9999, null, null, 2500, 0, null)]
    [InlineData(null, null, 3, 2497, 3, null)]
    [InlineData(null, null, 0, 2500, 0, null)]
    [InlineData(null, null, int.MaxValue, 0, 2500, null)]
    public void A_range_is_everything_a_page_or_the_last_ones(int? from, int? limit, int? last, int first, int count, int? next)
    {
        var range = HistoryRange.Of(2500, from, limit, last);
        Assert.Equal((first, count, 2500, next), (range.From, range.Count, range.Total, range.Next));
    }

    [Theory]
    [InlineData(-1, null, null)]
    [InlineData(null, 0, null)]
    [InlineData(null, 10_001, null)]
    [InlineData(null, null, -1)]
    [InlineData(1, null, 1)]
    [InlineData(null, 1, 1)]
    public void A_wrong_range_is_refused(int? from, int? limit, int? last) =>
        Assert.Equal(400, Assert.Throws<ApiException>(() => HistoryRange.Of(10, from, limit, last)).Status);
}
