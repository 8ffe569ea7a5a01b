using System.Text.Json;
using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;
using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Learning.Networks;
using Distributed.Models;

namespace Distributed.Console.Tests.Commands;

/// <summary>evaluate on samples that leave a metric undefined: absent from JSON, a dash on the screen, never 0 and never NaN.</summary>
public sealed class EvaluateCommandTests : IDisposable
{
    private readonly TestConsole _console = new();

    [Theory]
    [InlineData("size,price\n3,7\n")]
    [InlineData("size,price\n3,7\n4,7\n5,7\n")]
    public async Task R_squared_of_one_row_or_of_a_constant_target_is_absent(string rows)
    {
        var model = Save("size,price\n1,2\n2,4\n3,7\n4,9\n5,10\n6,13\n7,14.5\n8,15\n9,18\n10,21\n", TaskKind.Regress);
        var data = _console.Write("few.csv", rows);

        Assert.Equal(ExitCode.Done, await _console.RunAsync("evaluate", "--model", model, "--data", data, "--json"));
        using var json = JsonDocument.Parse(_console.Output);
        Assert.False(json.RootElement.TryGetProperty("r2", out _), _console.Output);
        Assert.True(json.RootElement.GetProperty("mae").GetDouble() >= 0);

        Assert.Equal(ExitCode.Done, await _console.RunAsync("evaluate", "--model", model, "--data", data));
        Assert.Matches(@"\n  R² +–\n", _console.Output);
        Assert.DoesNotContain("NaN", _console.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scores_of_a_class_that_is_not_predicted_or_does_not_occur_are_absent()
    {
        // Weights of 0 and one bias: the class "a" is predicted for every row.
        var model = Save("size,kind\n1,a\n2,b\n3,c\n4,a\n5,b\n6,c\n7,a\n8,b\n9,c\n10,a\n11,b\n12,c\n", TaskKind.Classify, parameters => parameters[^3] = 1);
        var data = _console.Write("few.csv", "size,kind\n1,a\n2,b\n");

        Assert.Equal(ExitCode.Done, await _console.RunAsync("evaluate", "--model", model, "--data", data, "--json"));
        using var json = JsonDocument.Parse(_console.Output);
        Assert.Equal(
            ["a: precision 0.5, recall 1", "b: recall 0", "c: "],
            json.RootElement.GetProperty("classes").EnumerateArray().Select(c => $"{c.GetProperty("label").GetString()}: " + string.Join(", ",
                from name in (string[])["precision", "recall"] where c.TryGetProperty(name, out _) select $"{name} {c.GetProperty(name)}")));
        Assert.Equal([true, true, false], json.RootElement.GetProperty("classes").EnumerateArray().Select(c => c.TryGetProperty("f1", out _)));
    }

    [Fact]
    public async Task Areas_of_one_class_alone_are_absent_and_the_others_stand_there()
    {
        var model = Save("size,kind\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n", TaskKind.Classify);
        var data = _console.Write("few.csv", "size,kind\n1,a\n2,a\n");

        Assert.Equal(ExitCode.Done, await _console.RunAsync("evaluate", "--model", model, "--data", data, "--json"));
        using var json = JsonDocument.Parse(_console.Output);
        var scores = json.RootElement.GetProperty("scores");
        Assert.Equal(1, scores.GetProperty("balancedAccuracy").GetDouble());
        Assert.Equal(Math.Log(2), scores.GetProperty("logLoss").GetDouble(), 1e-6);
        Assert.Equal(0.5, scores.GetProperty("calibrationError").GetDouble(), 1e-6);
        Assert.All((string[])["rocAuc", "prAuc", "bestThreshold", "r2"], name => Assert.False(scores.TryGetProperty(name, out _), name));

        Assert.Equal(ExitCode.Done, await _console.RunAsync("evaluate", "--model", model, "--data", data));
        Assert.Matches(@"\n  ROC AUC +–", _console.Output);
        Assert.Matches(@"\n  best threshold +–\n", _console.Output);
    }

    [Fact]
    public async Task A_column_that_the_network_looks_at_matters_and_another_does_not()
    {
        var rows = string.Concat(Enumerable.Range(0, 40).Select(i => $"{i * 7 % 40},{(i * 11 + 3) % 40},{i * 7 % 40 * 2}\n"));
        var model = Save("seen,unseen,price\n" + rows, TaskKind.Regress, parameters => parameters[0] = 1); // price, standardised, is seen, standardised
        var data = _console.Write("rows.csv", "seen,unseen,price\n" + rows);

        Assert.Equal(ExitCode.Done, await _console.RunAsync("evaluate", "--model", model, "--data", data, "--importance", "--json", "--out", _console.PathOf("pictures")));
        using var json = JsonDocument.Parse(_console.Output);
        var importance = json.RootElement.GetProperty("importance").EnumerateArray().ToArray();
        Assert.Equal(["seen", "unseen"], importance.Select(column => column.GetProperty("column").GetString()));
        Assert.InRange(importance[0].GetProperty("r2Decrease").GetDouble(), 1, 3); // two unrelated columns of variance 1: R² of −1
        Assert.Equal(0, importance[1].GetProperty("lossIncrease").GetDouble());
        Assert.Equal(["importance.png", "residuals.png"], Directory.GetFiles(_console.PathOf("pictures")).Select(Path.GetFileName).Order());

        var first = _console.Output;
        Assert.Equal(ExitCode.Done, await _console.RunAsync("evaluate", "--model", model, "--data", data, "--importance", "--json"));
        Assert.Equal(first + first, _console.Output);
    }

    [Fact]
    public async Task Pixels_have_no_importance_by_name()
    {
        var data = DataSets.Load(new DataSettings { Source = "digits" });
        var network = new NetworkSpecification { Inputs = 64, Outputs = 10 };
        new TrainedModel(network, data.Encoding, new float[new ParameterLayout(network).Count]).Save(_console.PathOf("images"));

        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("evaluate", "--model", _console.PathOf("images"), "--data", "digits", "--importance"));
        Assert.Equal("dtrain: --importance needs the model of a table: pixels have no names", _console.Error.Trim());
    }

    public void Dispose() => _console.Dispose();

    private string Save(string table, TaskKind task, Action<float[]>? change = null)
    {
        var data = DataSets.Load(new DataSettings { Source = _console.Write("train.csv", table), Task = task, Seed = 1, Validation = "0" });
        var network = new NetworkSpecification
        {
            Inputs = data.Encoding.Inputs,
            Outputs = data.Encoding.Outputs,
            Output = task == TaskKind.Classify ? OutputKind.Softmax : OutputKind.Linear,
            Loss = task == TaskKind.Classify ? LossKind.CrossEntropy : LossKind.SquaredError,
        };
        var parameters = new float[new ParameterLayout(network).Count];
        change?.Invoke(parameters);
        new TrainedModel(network, data.Encoding, parameters).Save(_console.PathOf("model"));
        return _console.PathOf("model");
    }
}
