using System.Text.Json;
using System.Text.Json.Nodes;
using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;
using Distributed.Tests;

namespace Distributed.Console.Tests.Commands;

/// <summary>Model folders that an older release wrote read files by the rules of that release.</summary>
public sealed class OldModelTests : IDisposable
{
    private readonly TestConsole _console = new();
    private readonly OldJobs _old = new();
    private readonly OldJobs _later = new(OldJobs.BeforeTheDivision);

    public void Dispose()
    {
        _old.Dispose();
        _later.Dispose();
        _console.Dispose();
    }

    [Theory]
    [InlineData("spellings")]
    [InlineData("index")]
    [InlineData("years")]
    [InlineData("pair")]
    [InlineData("labels")]
    [InlineData("price")]
    public async Task An_old_model_predicts_what_it_did(string job)
    {
        var old = File.Exists(_old[$"{job}.csv"]) ? _old : _later;
        Assert.True(await _console.RunAsync("predict", "--model", old[$"models/{job}"], "--data", old[$"{job}.csv"], "--format", "csv") == 0, _console.Error);
        Assert.Equal(File.ReadAllText(old[$"{job}.predictions.csv"]), _console.Output);
    }

    [Theory]
    [InlineData("spellings")]
    [InlineData("index")]
    [InlineData("years")]
    [InlineData("pair")]
    public async Task An_old_model_is_evaluated_with_the_labels_that_it_had(string job)
    {
        Assert.True(await _console.RunAsync("evaluate", "--model", _old[$"models/{job}"], "--data", _old[$"{job}.csv"], "--json") == 0, _console.Error);
        var (then, now) = (JsonNode.Parse(File.ReadAllText(_old[$"{job}.evaluation.json"]))!, JsonNode.Parse(_console.Output)!);
        foreach (var member in new[] { "samples", "loss", "accuracy" })
            Assert.Equal(then[member]!.ToJsonString(), now[member]!.ToJsonString());
        Assert.Equal(
            then["classes"]!.AsArray().Select(row => (row!["label"]!.GetValue<string>(), row["predictedAs"]!.ToJsonString())),
            now["classes"]!.AsArray().Select(row => (row!["label"]!.GetValue<string>(), row["predictedAs"]!.ToJsonString())));
    }

    [Theory]
    [InlineData("spellings")]
    [InlineData("index")]
    [InlineData("years")]
    [InlineData("pair")]
    [InlineData("labels")]
    [InlineData("price")]
    [InlineData("digits")]
    public async Task An_old_model_folder_is_verified(string job)
    {
        var old = Directory.Exists(_old[$"models/{job}"]) ? _old : _later;
        Assert.True(await _console.RunAsync("verify", "--model", old[$"models/{job}"], "--json") == 0, _console.Error);
        Assert.True(JsonDocument.Parse(_console.Output.TrimEnd().Split('\n')[^1]).RootElement.GetProperty("equal").GetBoolean());
    }

    [Fact]
    public async Task Data_settings_of_a_newer_release_are_refused_and_not_read_by_other_rules()
    {
        var path = _old["models/pair/job.json"];
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"ignore\": []", "\"rules\": 99, \"ignore\": []", StringComparison.Ordinal));
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("verify", "--model", _old["models/pair"]));
        Assert.Contains("the data is read by rules of version 99, and this program knows 1 to 4; use a newer release", _console.Error, StringComparison.Ordinal);
    }
}
