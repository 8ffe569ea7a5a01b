using CsCheck;
using Distributed.Data.Fitting;

namespace Distributed.Data.Tests.Fitting;

public sealed class MiddleNumberTests
{
    [Fact]
    public void It_is_what_sorting_gives() => Gen.Double[-3, 3].Select(x => Math.Round(x, 1)).Array[1, 60].Sample(numbers =>
    {
        var sorted = numbers.Order().ToArray();
        var middle = sorted.Length / 2;
        Assert.Equal(sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2, MiddleNumber.Of([.. numbers]));
    });
}
