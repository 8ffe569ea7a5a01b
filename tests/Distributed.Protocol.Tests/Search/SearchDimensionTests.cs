using System.Globalization;
using Distributed.Protocol.Search;

namespace Distributed.Protocol.Tests.Search;

public class SearchDimensionTests
{
    public static TheoryData<string> Dimensions() => ["real", "log", "integer", "log-integer", "choice"];

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void A_value_has_the_coordinate_that_gives_it(string name)
    {
        var dimension = Of(name);
        for (var i = 0; i < 1000; i++)
        {
            var text = dimension.ValueAt(i / 1000.0);
            var coordinate = dimension.CoordinateOf(text);
            Assert.InRange(coordinate, 0, 1);
            Assert.Equal(text, dimension.ValueAt(Math.Min(coordinate, Math.BitDecrement(1.0))));
        }
    }

    [Theory]
    [MemberData(nameof(Dimensions))]
    public void Values_stay_in_the_range_and_reach_its_ends(string name)
    {
        var dimension = Of(name);
        var texts = Enumerable.Range(0, 10_001).Select(i => dimension.ValueAt(Math.Min(i / 10_000.0, Math.BitDecrement(1.0)))).ToArray();
        if (dimension.Choices is { } choices)
        {
            Assert.Equal(choices, texts.Distinct());
            return;
        }
        var values = texts.Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(dimension.Low, values.Min());
        Assert.Equal(dimension.High, values.Max());
        Assert.Equal(values.Order(), values);
    }

    [Fact]
    public void A_grid_takes_the_ends_and_what_lies_between()
    {
        Assert.Equal(["0", "0.125", "0.25", "0.375", "0.5"], Grid(new SearchDimension("x", DimensionKind.Real) { Low = 0, High = 0.5 }));
        Assert.Equal(["0.0001", "0.001", "0.01", "0.1", "1"], Grid(new SearchDimension("x", DimensionKind.LogReal) { Low = 1e-4, High = 1 }));
        Assert.Equal(["2", "3", "4"], Grid(new SearchDimension("x", DimensionKind.Integer) { Low = 2, High = 4 }));
        Assert.Equal(["a", "b"], Grid(new SearchDimension("x", DimensionKind.Choice) { Choices = ["a", "b"] }));
    }

    private static IEnumerable<string> Grid(SearchDimension dimension) => Enumerable.Range(0, (int)dimension.GridCount).Select(i => dimension.GridValue(i));

    private static SearchDimension Of(string name) => name switch
    {
        "real" => new SearchDimension("dropout", DimensionKind.Real) { Low = 0, High = 0.5 },
        "log" => new SearchDimension("learning-rate", DimensionKind.LogReal) { Low = 1e-4, High = 1e-1 },
        "integer" => new SearchDimension("warmup", DimensionKind.Integer) { Low = 3, High = 17 },
        "log-integer" => new SearchDimension("batch", DimensionKind.LogInteger) { Low = 8, High = 256 },
        _ => new SearchDimension("hidden", DimensionKind.Choice) { Choices = ["64", "128", "64,32"] },
    };
}
