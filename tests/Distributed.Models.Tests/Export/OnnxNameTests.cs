using System.Globalization;
using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Learning.Networks;

namespace Distributed.Models.Tests.Export;

/// <summary>All values of an ONNX graph share one namespace, and a table's columns may be called anything.</summary>
public sealed class OnnxNameTests
{
    /// <summary>Names that meet once they are sanitised, names of the graph's own values, and what no identifier may hold.</summary>
    private static readonly string[] Hostile =
    [
        "color", "color_one_hot", "color_one_hot_2", "color one hot", "text_color", "color_2", "Color", "a b", "a-b", "a_b", "a_b_2", "", " ",
        "_", "__", "numbers", "pixels", "class", "probabilities", "value", "classes", "index", "inputs", "parts", "order", "scaled", "means",
        "scales", "centred", "standardised", "wide", "layers.0.weight", "layers_0_weight", "layers.0.sums", "rows", "größe", "größe_one_hot",
        "温度", "🎨", "🎨_one_hot", "a\"b", "a\nb", "a\0b", "text_", "one_hot",
    ];

    [Fact]
    public void A_column_named_like_the_one_hot_inputs_of_another_one_exports_a_file_that_loads() =>
        AssertAnswersAlike(EncodingOf(["color", "color_one_hot", "text color"], _ => false, TaskKind.Classify), seed: 1);

    [Theory]
    [InlineData(TaskKind.Classify)]
    [InlineData(TaskKind.Regress)]
    public void All_hostile_names_at_once_export_a_file_that_loads_and_answers_alike(TaskKind task)
    {
        AssertAnswersAlike(EncodingOf(Hostile, _ => false, task), seed: 2);
        AssertAnswersAlike(EncodingOf(Hostile, i => i % 3 == 0, task), seed: 3);
    }

    [Fact]
    public void Any_columns_in_any_order_export_a_file_that_loads_and_answers_alike()
    {
        for (var seed = 100; seed < 160; seed++)
        {
            var random = new Random(seed);
            var names = Hostile.Concat(Hostile.Select(n => n + "_one_hot")).Distinct().ToArray();
            random.Shuffle(names);
            var numbers = random.NextDouble();
            var chosen = names[..random.Next(1, 12)];
            AssertAnswersAlike(EncodingOf(chosen, _ => random.NextDouble() < numbers, (TaskKind)random.Next(2)), seed);
        }
    }

    [Fact]
    public void Promised_names_stay_whatever_the_columns_are_called()
    {
        using var runtime = new RuntimeModel(Model(EncodingOf(["numbers", "color_one_hot", "color", "class", "a b", "a-b"], i => i == 0, TaskKind.Classify)));
        Assert.Equal(
            ["numbers", "text_a_b", "text_a_b_2", "text_class", "text_color", "text_color_one_hot"],
            runtime.Session.InputNames.Order(StringComparer.Ordinal));
        Assert.Equal(["class", "probabilities"], runtime.Session.OutputNames.Order(StringComparer.Ordinal));
    }

    private static void AssertAnswersAlike(FeatureEncoding encoding, int seed)
    {
        var names = $"seed {seed}: {string.Join(" | ", encoding.Columns.Select(c => $"{c.Kind} {c.Name}"))}";
        try
        {
            var model = Model(encoding);
            var rows = Rows(encoding, new Random(seed));
            using var runtime = new RuntimeModel(model);
            runtime.Ask(rows).AssertAnswersOf(model, model.Predict(rows));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new InvalidOperationException(names, error);
        }
    }

    private static FeatureEncoding EncodingOf(IReadOnlyList<string> names, Func<int, bool> isNumber, TaskKind task) => new()
    {
        Columns = [.. names.Select((name, i) => isNumber(i)
            ? new ColumnEncoding { Name = name, Kind = ColumnKind.Number, Mean = i, Scale = 1 + i }
            : new ColumnEncoding { Name = name, Kind = ColumnKind.Text, Categories = [.. Enumerable.Range(0, 1 + i % 3).Select(k => $"{(char)('r' + k)}")] })],
        Target = new TargetEncoding { Name = "class", Task = task, Classes = task == TaskKind.Classify ? ["a", "b", "c"] : [], Mean = 3, Scale = 2 },
    };

    private static TrainedModel Model(FeatureEncoding encoding)
    {
        var network = new Network(SmallModel.SpecificationOf(encoding, [4]));
        var parameters = new float[network.Layout.Count];
        network.Initialize(7, parameters);
        return new TrainedModel(network.Specification, encoding, parameters);
    }

    private static IReadOnlyList<IReadOnlyDictionary<string, string>> Rows(FeatureEncoding encoding, Random random) =>
        [.. Enumerable.Range(0, 8).Select(_ => encoding.Columns.ToDictionary(c => c.Name, c => c.Kind == ColumnKind.Number
            ? (random.NextDouble() * 10).ToString("R", CultureInfo.InvariantCulture)
            : c.Categories[random.Next(c.Categories.Count)]))];
}
