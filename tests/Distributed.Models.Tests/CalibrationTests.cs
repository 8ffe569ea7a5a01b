using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Learning.Networks;
using Distributed.Models.Tests.Export;
using Distributed.Tests;

namespace Distributed.Models.Tests;

/// <summary>A temperature for a classifier's probabilities.</summary>
public sealed class CalibrationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(0.5f)]
    [InlineData(1f)]
    [InlineData(3f)]
    public void A_network_that_is_too_sure_by_a_factor_gets_that_temperature(float factor)
    {
        var (model, samples) = Drawn(20_000, factor, seed: 11);
        var calibrated = model.Calibrated(samples);
        Assert.InRange(calibrated.Calibration!.Temperature / factor, 0.9, 1.1);
        var measured = calibrated.Evaluate(samples);
        Assert.Equal(model.Evaluate(samples).Probabilities!.LogLoss, measured.Uncalibrated!.LogLoss);
        Assert.Equal(model.Evaluate(samples).Probabilities!.CalibrationError, measured.Uncalibrated.CalibrationError);
        Assert.True(measured.Probabilities!.LogLoss <= measured.Uncalibrated.LogLoss);
        if (factor != 1) Assert.True(measured.Probabilities.CalibrationError < measured.Uncalibrated.CalibrationError / 2);
    }

    [Fact]
    public void The_trained_weights_stay_and_equal_samples_give_equal_bits()
    {
        var (model, samples) = Drawn(500, 2, seed: 5);
        var (first, second) = (model.Calibrated(samples), model.Calibrated(samples).Calibrated(samples));
        Assert.Equal(first.Calibration, second.Calibration);
        Assert.True(model.Parameters.SequenceEqual(first.Parameters));
        Assert.Equal(ParameterHash.Compute(model.Parameters), ParameterHash.Compute(first.Parameters));
        Assert.True(model.Parameters.SequenceEqual(first.Uncalibrated().AnsweringParameters));
        Assert.False(model.Parameters.SequenceEqual(first.AnsweringParameters));
    }

    [Fact]
    public void Few_samples_that_are_all_answered_rightly_make_it_only_a_little_surer()
    {
        var (model, _) = Drawn(1, 1, seed: 5);
        var inputs = new float[8 * model.Network.Inputs];
        for (var i = 0; i < inputs.Length; i++) inputs[i] = i % 5 - 2;
        var answers = Answers(model, inputs, 8);
        var labels = Enumerable.Range(0, 8).Select(row => answers.AsSpan(row * 3, 3).IndexOf(answers.AsSpan(row * 3, 3).ToArray().Max())).ToArray();
        var calibrated = model.Calibrated(EncodedSamples.Classification(model.Network.Inputs, 3, inputs, labels));
        Assert.InRange(calibrated.Calibration!.Temperature, 0.3, 1);
    }

    [Fact]
    public void Weights_of_samples_count()
    {
        var (model, samples) = Drawn(2_000, 2, seed: 9);
        int[] Repeated() => [.. Enumerable.Range(0, samples.Rows).SelectMany(row => Enumerable.Repeat(row, 1 + row % 3))];
        float[] features = new float[Repeated().Length * samples.Inputs];
        var labels = new int[Repeated().Length];
        samples.Gather(Repeated(), features, labels, []);
        var repeated = EncodedSamples.Classification(samples.Inputs, 3, features, labels);
        var weighted = samples.Weighted([.. Enumerable.Range(0, samples.Rows).Select(row => 1f + row % 3)]);
        Assert.Equal(model.Calibrated(repeated).Calibration!.Temperature, model.Calibrated(weighted).Calibration!.Temperature, 1e-6);
        Assert.NotEqual(model.Calibrated(samples).Calibration!.Temperature, model.Calibrated(weighted).Calibration!.Temperature, 1e-6);
    }

    [Fact]
    public void A_folder_keeps_it_and_an_older_program_refuses_the_folder()
    {
        var model = SmallModel.Buyers();
        var held = DataSets.Load(new DataSettings { Source = "buyers", Seed = 5 }).Validation!;
        model.Calibrated(held).Save(_folder["calibrated"]);
        model.Save(_folder["plain"]);
        var again = TrainedModel.Load(_folder["calibrated"]);
        Assert.Equal(model.Calibrated(held).Calibration, again.Calibration);
        Assert.Equal(model.Calibrated(held).PredictFile("buyers")[0].Probabilities, again.PredictFile("buyers")[0].Probabilities);
        Assert.Contains("\"version\": 4", File.ReadAllText(_folder["calibrated/model.json"]), StringComparison.Ordinal);
        Assert.DoesNotContain("calibration", File.ReadAllText(_folder["plain/model.json"]), StringComparison.Ordinal);
        Assert.Null(TrainedModel.Load(_folder["plain"]).Calibration);
        Assert.Equal(File.ReadAllBytes(_folder["plain/weights.safetensors"]), File.ReadAllBytes(_folder["calibrated/weights.safetensors"]));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1e300")]
    [InlineData("-1")]
    public void A_temperature_that_cannot_be_is_refused(string temperature)
    {
        SmallModel.Buyers().Calibrated(DataSets.Load(new DataSettings { Source = "buyers", Seed = 5 }).Validation!).Save(_folder["m"]);
        var file = _folder["m/model.json"];
        File.WriteAllText(file, System.Text.RegularExpressions.Regex.Replace(File.ReadAllText(file), "\"temperature\": [^,]*", $"\"temperature\": {temperature}"));
        Assert.Contains("the temperature", Assert.Throws<DataException>(() => TrainedModel.Load(_folder["m"])).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_regression_has_none() => Assert.Throws<ArgumentException>(
        () => SmallModel.Diabetes().Calibrated(DataSets.Load(new DataSettings { Source = "diabetes", Seed = 5 }).Validation!));

    [Fact]
    public void Onnx_answers_with_it()
    {
        var data = DataSets.Load(new DataSettings { Source = "buyers", Seed = 5 });
        var model = SmallModel.Buyers().Calibrated(data.Validation!);
        Assert.NotInRange(model.Calibration!.Temperature, 0.99, 1.01);
        using var runtime = new RuntimeModel(model);
        var rows = OnnxExportTests.RowsOf("buyers");
        runtime.Ask(rows).AssertAnswersOf(model, model.Predict(rows));
        Assert.Equal(model.Calibration.Temperature.ToString("R", System.Globalization.CultureInfo.InvariantCulture), runtime.Session.ModelMetadata.CustomMetadataMap["temperature"]);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A network whose sums are those of the samples' true probabilities times a factor.</summary>
    private static (TrainedModel Model, EncodedSamples Samples) Drawn(int rows, float factor, int seed)
    {
        var encoding = new FeatureEncoding
        {
            Columns = [.. Enumerable.Range(0, 4).Select(i => new ColumnEncoding { Name = $"x{i}", Kind = ColumnKind.Number })],
            Target = new TargetEncoding { Name = "y", Task = TaskKind.Classify, Classes = ["a", "b", "c"] },
        };
        var specification = SmallModel.SpecificationOf(encoding, [6]);
        var network = new Network(specification);
        var parameters = new float[network.Layout.Count];
        network.Initialize((ulong)seed, parameters);
        var random = new Random(seed);
        var inputs = new float[rows * 4];
        foreach (ref var input in inputs.AsSpan()) input = random.NextSingle() * 4 - 2;
        var truth = Answers(new TrainedModel(specification, encoding, parameters), inputs, rows);
        var labels = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            var place = random.NextSingle();
            while (labels[row] < 2 && (place -= truth[row * 3 + labels[row]]) > 0) labels[row]++;
        }

        var last = network.Layout.Layers[^1];
        foreach (ref var weight in parameters.AsSpan(last.WeightOffset, last.WeightCount)) weight *= factor;
        return (new TrainedModel(specification, encoding, parameters), EncodedSamples.Classification(4, 3, inputs, labels));
    }

    private static float[] Answers(TrainedModel model, float[] inputs, int rows)
    {
        var network = new Network(model.Network);
        var packed = new PackedWeights(network);
        network.Pack(model.AnsweringParameters, packed);
        var outputs = new float[rows * model.Network.Outputs];
        new ShardComputer(network, rows).Predict(model.AnsweringParameters, packed, inputs, rows, outputs);
        return outputs;
    }
}
