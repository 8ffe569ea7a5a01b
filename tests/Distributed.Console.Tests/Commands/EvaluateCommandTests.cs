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
