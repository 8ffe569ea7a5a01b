using System.Text.Json;
using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;
using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Learning.Networks;
using Distributed.Models;

namespace Distributed.Console.Tests.Commands;

/// <summary>explain: how far each column of a row moves the answer, as text and as JSON.</summary>
public sealed class ExplainCommandTests : IDisposable
{
    private readonly TestConsole _console = new();

    [Fact]
    public async Task Contributions_are_printed_and_add_up()
    {
        var model = Save();
        Assert.Equal(ExitCode.Done, await _console.RunAsync("explain", "--model", model, "--data", "buyers", "--row", "3", "--class", "yes", "--json"));
        using var json = JsonDocument.Parse(_console.Output);
        var columns = json.RootElement.GetProperty("columns").EnumerateArray().ToList();
        Assert.Equal(3, columns.Count);
        Assert.Equal(
            json.RootElement.GetProperty("value").GetDouble() - json.RootElement.GetProperty("baseline").GetDouble(),
            columns.Sum(column => column.GetProperty("contribution").GetDouble()), 1e-6);

        Assert.Equal(ExitCode.Done, await _console.RunAsync("explain", "--model", model, "--data", "buyers", "--row", "3", "--class", "yes"));
        Assert.Matches("\nrow 3: the probability of bought = yes is [0-9.]+ %; of a row of which nothing is known it is [0-9.]+ %\n", _console.Output);
        foreach (var column in (string[])["gender", "age", "salary"]) Assert.Matches($@"\n  {column} +[+-][0-9.]+ %\n", _console.Output);
    }

    [Fact]
    public async Task A_row_that_is_not_there_is_refused()
    {
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("explain", "--model", Save(), "--data", "buyers", "--row", "0"));
        Assert.Contains("there is no row 0", _console.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _console.Dispose();

    private string Save()
    {
        var encoding = DataSets.Load(new DataSettings { Source = "buyers", Rules = 4, Seed = 1 }).Encoding;
        var specification = new NetworkSpecification { Inputs = encoding.Inputs, Hidden = [4], Outputs = 2 };
        var network = new Network(specification);
        var parameters = new float[network.Layout.Count];
        network.Initialize(3, parameters);
        new TrainedModel(specification, encoding, parameters).Save(_console.PathOf("model"));
        return _console.PathOf("model");
    }
}
