using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Learning.Networks;
using Distributed.Tests;

namespace Distributed.Models.Tests;

/// <summary>How far each column moves an answer.</summary>
public sealed class ExplanationTests : IDisposable
{
    private static readonly Dictionary<string, string> Row = new() { ["gender"] = "female", ["age"] = "61", ["salary"] = "90000" };

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_linear_model_is_explained_by_its_weights()
    {
        var file = _folder["t.csv"];
        File.WriteAllText(file, "a,b,c,d,e,f,g,y\n" + string.Concat(Enumerable.Range(0, 40).Select(i =>
            $"{i},{i * i % 17},{i * 7 % 11},{i % 5}.5,{i * 3 % 13},{i * i % 19},{i % 3},{i * 1.25 + i * i % 17}\n")));
        var data = DataSets.Load(new DataSettings { Source = file, Rules = 4, Seed = 1 });
        var specification = SmallModel.SpecificationOf(data.Encoding, []);
        var parameters = Enumerable.Range(0, 8).Select(i => i - 2.5f).ToArray();
        var explanation = new TrainedModel(specification, data.Encoding, parameters).ExplainFile(file, 31);
        var unknown = new float[7];
        data.Encoding.EncodeUnknownRow(unknown);
        var row = new float[7];
        DataSets.LoadInputs(file, data.Encoding).CopyTo(30, 1, row);
        for (var i = 0; i < 7; i++)
        {
            var expected = (row[i] - unknown[i]) * parameters[i] * data.Encoding.Target.Scale;
            Assert.Equal(expected, explanation.Columns.Single(column => column.Column == data.Encoding.Columns[i].Name).Contribution, 1e-3);
        }

        Assert.Equal(explanation.Columns.Select(column => Math.Abs(column.Contribution)).OrderDescending(), explanation.Columns.Select(column => Math.Abs(column.Contribution)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no")]
    [InlineData("yes")]
    public void Contributions_to_a_probability_add_up_and_are_those_of_all_orders(string? label)
    {
        var model = Buyers(rules: 4);
        var explanation = model.Explain(Row, label);
        Assert.Equal(label ?? explanation.Answer.Class, explanation.Class);
        Assert.Equal(explanation.Value - explanation.Baseline, explanation.Columns.Sum(column => column.Contribution), 1e-6);
        Assert.Equal(explanation.Value, model.Predict(Row).Probabilities[explanation.Class == "yes" ? 1 : 0], 1e-9);
        Assert.Equal(explanation.Columns, model.Explain(Row, label).Columns);

        // The six orders of three columns, by hand.
        var place = explanation.Class == "yes" ? 1 : 0;
        double With(params string[] known) => model.Predict(new Dictionary<string, string>
        {
            ["gender"] = known.Contains("gender") ? Row["gender"] : "unseen",
            ["age"] = known.Contains("age") ? Row["age"] : "",
            ["salary"] = known.Contains("salary") ? Row["salary"] : "",
        }).Probabilities[place];
        var age = (2 * (With("age") - With()) + (With("gender", "age") - With("gender")) + (With("salary", "age") - With("salary")) + 2 * (With("gender", "salary", "age") - With("gender", "salary"))) / 6;
        Assert.Equal(age, explanation.Columns.Single(column => column.Column == "age").Contribution, 1e-6);
    }

    [Fact]
    public void A_column_that_the_network_does_not_look_at_contributes_nothing()
    {
        var model = Buyers(rules: 4);
        var parameters = model.Parameters.ToArray();
        var first = new ParameterLayout(model.Network).Layers[0];
        var at = model.Encoding.Columns.TakeWhile(column => column.Name != "age").Sum(column => column.Inputs);
        parameters.AsSpan(first.WeightOffset + at * first.Outputs, first.Outputs).Clear();
        var explanation = new TrainedModel(model.Network, model.Encoding, parameters).Explain(new { gender = "female", age = 61, salary = 90000 });
        Assert.Equal(0, explanation.Columns.Single(column => column.Column == "age").Contribution);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Models_of_all_rules_are_explained(int rules) => Assert.Equal(3, Buyers(rules).Explain(Row).Columns.Count);

    [Fact]
    public void What_cannot_be_explained_is_refused()
    {
        Assert.Equal("the model knows no class \"maybe\"", Assert.Throws<DataException>(() => Buyers(4).Explain(Row, "maybe")).Problem);
        Assert.Equal("there is no row 0", Assert.Throws<DataException>(() => Buyers(4).ExplainFile("buyers", 0)).Problem);
        Assert.StartsWith("an image has no columns", Assert.Throws<DataException>(() => SmallModel.Of("digits", [4]).ExplainFile("digits")).Problem, StringComparison.Ordinal);
        Assert.Equal("the model knows no class \"yes\"", Assert.Throws<DataException>(() => SmallModel.Diabetes().ExplainFile("diabetes", 1, "yes")).Problem);
    }

    public void Dispose() => _folder.Dispose();

    private static TrainedModel Buyers(int rules)
    {
        var encoding = DataSets.Load(new DataSettings { Source = "buyers", Rules = rules, Seed = 5 }).Encoding;
        var specification = SmallModel.SpecificationOf(encoding, [5]);
        var network = new Network(specification);
        var parameters = new float[network.Layout.Count];
        network.Initialize(7, parameters);
        return new TrainedModel(specification, encoding, parameters);
    }
}
