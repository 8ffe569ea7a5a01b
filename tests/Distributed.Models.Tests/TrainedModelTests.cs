using Distributed.Data;
using Distributed.Data.BuiltIn;
using Distributed.Tests;

namespace Distributed.Models.Tests;

public sealed class TrainedModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_raw_row_gets_a_class_and_a_probability_for_each()
    {
        var model = SmallModel.Buyers();
        var answer = model.Predict(new Dictionary<string, string> { ["gender"] = "female", ["age"] = "52", ["salary"] = "90000" });

        Assert.Equal(["no", "yes"], model.Encoding.Target.Classes);
        Assert.Equal(1, answer.Probabilities.Sum(), 1e-6);
        Assert.Equal(answer.Probabilities[0] >= answer.Probabilities[1] ? "no" : "yes", answer.Class);
        Assert.Null(answer.Value);
    }

    [Fact]
    public void Rows_asked_alone_together_and_from_a_file_get_the_same_bits()
    {
        var model = SmallModel.Buyers();
        var rows = Enumerable.Range(0, 150)
            .Select(i => new Dictionary<string, string> { ["gender"] = i % 2 == 0 ? "male" : "female", ["age"] = $"{18 + i % 47}", ["salary"] = $"{20_000 + 777 * i}" })
            .ToList();
        var path = _folder.Write("ask.csv", "salary,note,gender,age\n" + string.Concat(rows.Select(row => $"{row["salary"]},,{row["gender"]},{row["age"]}\n")));

        var together = model.Predict(rows);
        var fromFile = model.PredictFile(path);
        for (var i = 0; i < rows.Count; i++)
        {
            Assert.Equal(model.Predict(rows[i]).Probabilities, together[i].Probabilities);
            Assert.Equal(together[i].Probabilities, fromFile[i].Probabilities);
        }
    }

    [Fact]
    public void A_regression_answers_in_the_targets_unit_and_its_error_is_in_that_unit_too()
    {
        var model = SmallModel.Diabetes();
        var answers = model.PredictFile("diabetes");
        var table = BuiltInData.Table("diabetes", names => [.. names.Select(_ => true)])!;
        var truth = table.Find("progression")!.Numbers;
        var evaluation = model.EvaluateFile("diabetes");

        Assert.All(answers, answer => Assert.Null(answer.Class));
        Assert.Equal(answers.Select((answer, i) => Math.Abs(answer.Value!.Value - truth[i])).Average(), evaluation.MeanAbsoluteError!.Value, 1e-3);
        var mean = truth.Average();
        var squares = answers.Select((answer, i) => (answer.Value!.Value - truth[i]) * (answer.Value.Value - truth[i])).Sum();
        Assert.Equal(1 - squares / truth.Sum(value => (value - mean) * (value - mean)), evaluation.RSquared!.Value, 1e-4);
        Assert.Null(evaluation.Report);
    }

    [Fact]
    public void An_evaluation_counts_the_answers_that_are_right()
    {
        var model = SmallModel.Of("digits", [10]);
        var evaluation = model.EvaluateFile("digits");
        var labels = BuiltInData.Digits().Labels;
        var right = model.PredictFile("digits").Where((answer, i) => answer.Class == $"{labels[i]}").Count();

        Assert.Equal(1797, evaluation.Samples);
        Assert.Equal(right, evaluation.Report!.Correct);
    }

    [Fact]
    public void A_row_that_does_not_fit_is_refused_by_its_number_and_column()
    {
        var rows = new[] { "30", "old" }.Select(age => new Dictionary<string, string> { ["gender"] = "male", ["age"] = age, ["salary"] = "1" });
        var error = Assert.Throws<DataException>(() => SmallModel.Buyers().Predict(rows));
        Assert.Equal("the rows, line 2, column \"age\": \"old\" is not a number; the column was learned as numbers", error.Message);
    }

    [Fact]
    public void Parts_that_do_not_fit_make_no_model()
    {
        var buyers = SmallModel.Buyers();
        Assert.Throws<ArgumentException>(() => new TrainedModel(buyers.Network, buyers.Encoding, new float[3]));
        Assert.Throws<ArgumentException>(() => new TrainedModel(buyers.Network, SmallModel.Diabetes().Encoding, buyers.Parameters));
        Assert.Throws<ArgumentException>(() => new TrainedModel(buyers.Network with { Outputs = 3 }, buyers.Encoding, buyers.Parameters));
    }

    [Fact]
    public async Task A_model_answers_several_threads_at_once_with_the_same_bits()
    {
        var model = SmallModel.Of("digits", [16]);
        var alone = model.PredictFile("digits").SelectMany(answer => answer.Probabilities).ToArray();
        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => model.PredictFile("digits"))));
        Assert.All(all, answers => Assert.Equal(alone, answers.SelectMany(answer => answer.Probabilities)));
    }

    public void Dispose() => _folder.Dispose();
}
