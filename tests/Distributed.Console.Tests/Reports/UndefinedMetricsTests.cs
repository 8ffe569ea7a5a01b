using System.Text.Json;
using Distributed.Api;
using Distributed.Console.Output;
using Distributed.Console.Reports;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Tests.Reports;

/// <summary>A regression whose validation targets are all equal has no R².</summary>
public sealed class UndefinedMetricsTests
{
    private static readonly EpochMetrics Metrics = new() { TrainLoss = 0.5, ValidationLoss = 0.6, ValidationMae = 0.7 };

    [Fact]
    public void An_epochs_line_keeps_its_columns_under_their_headings()
    {
        var heading = DisplayText.EpochColumns(Specification()).Text;
        var line = DisplayText.Of(new EpochRow(new JobId("a-1"), 10, new EpochDecided(0, false, null, Metrics), 1000, 1), 5).Text.TrimEnd();
        Assert.Equal(heading.Length, line.Length);
        Assert.Equal("–", line[..(heading.IndexOf("R²", StringComparison.Ordinal) + 2)].Split(' ')[^1]);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(0.0, null)] // decided by an earlier version, which took 0 for undefined
    [InlineData(null, 0.0)]
    public void The_summary_says_a_dash(double? first, double? last)
    {
        var report = new RunReport
        {
            Job = new JobId("a-1"),
            Specification = Specification(),
            DataName = "a",
            Steps = 20,
            Reason = StopReason.Epochs,
            Epochs = [new(0, true, null, Metrics with { ValidationR2 = first }), new(1, false, StopReason.Epochs, Metrics with { ValidationR2 = last })],
            SamplesPerSecond = 1000,
            Seconds = 1,
            Workers = 1,
            WeightsSha256 = new string('a', 64),
        };
        var row = SummaryTable.Lines(report).Single(line => line.Text.Contains("R²", StringComparison.Ordinal)).Text;
        Assert.Equal(["R²", last is null ? "–" : "0.0000", first is null ? "–" : "0.0000"], row.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Json_of_the_api_has_no_such_member()
    {
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(Metrics, ApiJson.Default.EpochMetrics));
        Assert.False(json.RootElement.TryGetProperty("validationR2", out _));
        Assert.Equal(0.7, json.RootElement.GetProperty("validationMae").GetDouble());
    }

    private static JobSpecification Specification() => new()
    {
        Data = new DataIdentity(new string('a', 64), 100, 1),
        Network = new NetworkSpecification { Inputs = 4, Hidden = [8], Outputs = 1, Output = OutputKind.Linear, Loss = LossKind.SquaredError },
        Optimizer = new OptimizerSpecification(),
        Schedule = new ScheduleSpecification(),
        Epochs = 2,
        BatchSize = 10,
        ShardSize = 5,
        Seed = 1,
    };
}
