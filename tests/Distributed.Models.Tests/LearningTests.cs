using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Learning.Randomness;
using Distributed.Tests;

namespace Distributed.Models.Tests;

/// <summary>Networks that learn the built-in data as it is encoded, with plain settings: the encoding suits them.</summary>
public sealed class LearningTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_small_network_learns_the_digits_with_96_percent_of_the_held_back_ones_right()
    {
        var (model, data) = Train(new DataSettings { Source = "digits", Seed = 1 }, [64], epochs: 30, batch: 32, learningRate: 0.001f);
        Assert.InRange(model.Evaluate(data.Validation!).Report!.Accuracy!.Value, 0.96, 1);
    }

    [Fact]
    public void A_small_network_learns_who_buys_and_its_saved_folder_answers_raw_rows()
    {
        var (model, data) = Train(new DataSettings { Source = "buyers", Seed = 1 }, [16], epochs: 60, batch: 32, learningRate: 0.003f);
        Assert.InRange(model.Evaluate(data.Validation!).Report!.Accuracy!.Value, 0.85, 1);

        model.Save(_folder["m"]);
        var loaded = TrainedModel.Load(_folder["m"]);
        Prediction Ask(string age, string salary) =>
            loaded.Predict(new Dictionary<string, string> { ["gender"] = "female", ["age"] = age, ["salary"] = salary });
        Assert.Equal("no", Ask("20", "60000").Class);
        Assert.Equal("yes", Ask("60", "140000").Class);
    }

    [Fact]
    public void A_small_network_explains_a_good_part_of_the_diabetes_progression()
    {
        var (model, data) = Train(new DataSettings { Source = "diabetes", Seed = 1 }, [8], epochs: 40, batch: 16, learningRate: 0.002f);
        var evaluation = model.Evaluate(data.Validation!);
        Assert.InRange(evaluation.RSquared!.Value, 0.35, 1);
        Assert.InRange(evaluation.MeanAbsoluteError!.Value, 30, 55);
    }

    /// <summary>One thread, mini-batches in the seeded order, Adam.</summary>
    private static (TrainedModel Model, EncodedDataSet Data) Train(DataSettings settings, int[] hidden, int epochs, int batch, float learningRate)
    {
        var data = DataSets.Load(settings);
        var source = data.Training;
        var network = new Network(SmallModel.SpecificationOf(data.Encoding, hidden));
        var computer = new ShardComputer(network, batch);
        var packed = new PackedWeights(network);
        var optimizer = Optimizer.Create(new OptimizerSpecification { Kind = OptimizerKind.Adam });
        var parameters = new float[network.Layout.Count];
        var gradient = new float[parameters.Length];
        var state = new float[parameters.Length * optimizer.StateVectors];
        network.Initialize(settings.Seed, parameters);
        var step = 0L;
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            var order = new SampleOrder(settings.Seed, epoch, source.Rows);
            for (var first = 0; first < source.Rows; first += batch, step++)
            {
                var rows = new int[Math.Min(batch, source.Rows - first)];
                order.CopyTo(first, rows);
                var inputs = new float[rows.Length * source.Inputs];
                var labels = new int[source.IsClassification ? rows.Length : 0];
                var targets = new float[source.IsClassification ? 0 : rows.Length * source.Outputs];
                source.Gather(rows, inputs, labels, targets);
                network.Pack(parameters, packed);
                var samples = source.IsClassification ? new Samples(inputs, labels, rows.Length) : new Samples(inputs, targets, rows.Length);
                var metrics = computer.ComputeGradient(parameters, packed, samples, new DropoutKey(settings.Seed, step, 0), gradient);
                optimizer.Update(step, learningRate, metrics.Divisor, gradient, parameters, parameters, state);
            }
        }

        return (new TrainedModel(network.Specification, data.Encoding, parameters), data);
    }

    public void Dispose() => _folder.Dispose();
}
