using System.Text.Json;
using Distributed.Api;
using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;
using Distributed.Data.Sets;
using Distributed.Jobs.Results;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Tests.Output;

/// <summary>The fingerprint of a finished job's weights stands in every list of jobs.</summary>
public sealed class JobTableTests : IDisposable
{
    private const string Sha256 = "d7681de5de7497c85a3e18671f1c77650d90de822bdc131720c4d2e540d2a6a1";
    private readonly TestConsole _console = new();

    [Fact]
    public async Task The_list_of_a_server_shows_the_hash_of_finished_jobs_shortened_and_in_json_whole()
    {
        _console.Variables["DTRAIN_SERVER"] = "http://gate:8080";
        var metrics = new EpochMetrics { TrainLoss = 0.1, ValidationLoss = 0.2, ValidationAccuracy = 0.98 };
        var done = new JobSummary
        {
            Id = "people-1000",
            State = JobPhase.Completed,
            Data = "people",
            SubmittedAt = DateTimeOffset.UnixEpoch,
            EndedAt = DateTimeOffset.UnixEpoch,
            Epochs = 50,
            MaximumEpochs = 50,
            Metrics = metrics,
            WeightsSha256 = Sha256,
        };
        _console.Gateway.On("GET /api/v1/jobs?limit=100", new JobList([done, done with { State = JobPhase.Running, WeightsSha256 = null }], null), ApiJson.Default.JobList);
        Assert.Equal(ExitCode.Done, await _console.RunAsync("jobs"));
        var lines = _console.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("  d7681de5de74  ", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain("d7681de5de74", lines[2], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 80));

        using var json = new TestConsole();
        json.Variables["DTRAIN_SERVER"] = "http://gate:8080";
        json.Gateway.On("GET /api/v1/jobs?limit=100", new JobList([done], null), ApiJson.Default.JobList);
        Assert.Equal(ExitCode.Done, await json.RunAsync("jobs", "--json"));
        Assert.Equal(Sha256, JsonDocument.Parse(json.Output).RootElement.GetProperty("weightsSha256").GetString());
    }

    [Fact]
    public async Task The_list_of_a_store_shows_the_hash_of_finished_jobs_shortened_and_in_json_whole()
    {
        _console.Write("data/dtrain/store.db", "");
        var source = JobResolution.SourceOf(new GivenSettings(), null);
        var specification = JobResolution.Resolve(new GivenSettings(), source.Seed, LoadedData.ShapeOf(DataSets.Load(source)));
        var end = new JobEnded(JobOutcome.Completed, 9, StopReason.Epochs, null) { WeightsSha256 = Sha256 };
        var record = new JobRecord(new JobId("buyers-1"), DateTimeOffset.UnixEpoch, specification, new RunOptions(), source, [], 9, null, end);
        _console.Cluster.Records.AddRange([record with { Id = new JobId("buyers-2"), End = null }, record]);

        Assert.Equal(ExitCode.Done, await _console.RunAsync("jobs"));
        var lines = _console.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.DoesNotContain("d7681de5de74", lines[1], StringComparison.Ordinal);
        Assert.Contains("  d7681de5de74  1970-01-01", lines[2], StringComparison.Ordinal);

        var said = _console.Output.Length;
        Assert.Equal(ExitCode.Done, await _console.RunAsync("jobs", "--json"));
        var json = _console.Output[said..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.DoesNotContain("weightsSha256", json[0], StringComparison.Ordinal);
        Assert.Equal(Sha256, JsonDocument.Parse(json[1]).RootElement.GetProperty("weightsSha256").GetString());
    }

    public void Dispose() => _console.Dispose();
}
