using System.Text.Json;
using Distributed.Learning.Networks;

namespace Distributed.Learning.Tests.Networks;

public sealed class NetworkSpecificationTests
{
    private static readonly NetworkSpecification Valid = new() { Inputs = 3, Hidden = [4], Outputs = 2 };

    public static TheoryData<NetworkSpecification, string> Invalid() => new()
    {
        { Valid with { Inputs = 0 }, "inputs" },
        { Valid with { Outputs = -1 }, "outputs" },
        { Valid with { Hidden = [4, 0] }, "hidden" },
        { Valid with { Hidden = null! }, "hidden" },
        { Valid with { Outputs = 1 }, "2 classes" },
        { Valid with { Dropout = 1 }, "dropout" },
        { Valid with { Dropout = double.NaN }, "dropout" },
        { Valid with { LabelSmoothing = -0.1 }, "smoothing" },
        { Valid with { HuberDelta = 0 }, "delta" },
        { Valid with { Loss = LossKind.Huber }, "does not go with" },
        { Valid with { Output = OutputKind.Linear }, "does not go with" },
        { Valid with { ClassWeights = [1] }, "2 class weights" },
        { Valid with { ClassWeights = [1, 0] }, "above 0" },
        { Valid with { Output = OutputKind.Linear, Loss = LossKind.SquaredError, LabelSmoothing = 0.1 }, "classifiers" },
        { Valid with { Inputs = 1 << 20, Hidden = [1 << 20] }, "parameters" },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void What_cannot_be_trained_is_refused_with_the_reason(NetworkSpecification specification, string reason)
    {
        Assert.Contains(reason, specification.Validate(), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new Network(specification));
    }

    [Fact]
    public void A_specification_is_a_value_and_survives_json()
    {
        var specification = Valid with { ClassWeights = [1, 2], LabelSmoothing = 0.1 };
        Assert.Null(specification.Validate());
        var copy = JsonSerializer.Deserialize<NetworkSpecification>(JsonSerializer.Serialize(specification));
        Assert.Equal(specification, copy);
        Assert.Equal(specification.GetHashCode(), copy!.GetHashCode());
        Assert.NotEqual(specification, specification with { Hidden = [5] });
    }

    [Fact]
    public void Parameters_lie_layer_by_layer_weights_before_bias()
    {
        var layout = new ParameterLayout(Valid);
        Assert.Equal([new LayerLayout(3, 4, 0, 12), new LayerLayout(4, 2, 16, 24)], layout.Layers);
        Assert.Equal(26, layout.Count);
    }

    [Theory]
    [InlineData(Initialization.He, 300)]
    [InlineData(Initialization.Xavier, 500)]
    public void Initial_weights_fill_their_range_and_biases_are_zero(Initialization initialization, int fan)
    {
        var network = new Network(new NetworkSpecification { Inputs = 300, Outputs = 200, Initialization = initialization });
        var parameters = new float[network.Layout.Count];
        network.Initialize(42, parameters);
        var bound = Math.Sqrt(6.0 / fan);
        var weights = parameters[..60000];
        Assert.InRange(weights.Max(), 0.999 * bound, bound);
        Assert.InRange(weights.Min(), -bound, -0.999 * bound);
        Assert.Equal(bound * bound / 3, weights.Average(w => (double)w * w), 0.02 * bound * bound);
        Assert.All(parameters[60000..], bias => Assert.Equal(0, bias));

        var again = new float[network.Layout.Count];
        network.Initialize(42, again);
        GradientBitsTests.AssertSameBits(parameters, again, "seed 42");
        network.Initialize(43, again);
        Assert.NotEqual(parameters, again);
    }
}
