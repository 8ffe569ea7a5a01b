using System.Net;
using Distributed.Api;
using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;
using Distributed.Data.Encodings;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Nodes;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;
using Distributed.Tests;

namespace Distributed.Console.Tests.Output;

/// <summary>What a file or a server says moves no cursor, changes no colour and turns no text round, on a terminal and beside one.</summary>
public sealed class HostileTextTests : IDisposable
{
    /// <summary>Clears the screen, sets the title, turns the direction, hides itself, and looks like markup.</summary>
    private const string Hostile = "x\u001b[2J\u001b]0;owned\u0007\u202Etxt\u2066\u200B\u009b31m[red]y[/]";

    private const string Shown = "x·[2J·]0;owned··txt···31m[red]y[/]";

    private readonly TestConsole _console = new();

    [Theory]
    [InlineData(null)]
    [InlineData(100)]
    public async Task A_tables_header_and_labels_are_shown_with_dots(int? terminal)
    {
        _console.TerminalWidth = terminal;
        var file = _console.Write("table.csv", $"\"{Hostile}\",b,class\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},{i % 3},{(i % 2 == 0 ? "even" : $"\"o{Hostile}\"")}\n")));
        Assert.Equal(ExitCode.Done, await _console.RunAsync("data", "show", file));
        Assert.Contains("o" + Shown, Visible(), StringComparison.Ordinal);
        await _console.RunAsync("train", "--data", file, "--target", "nothing");
        Check();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(100)]
    public async Task What_a_server_says_is_shown_with_dots(int? terminal)
    {
        _console.TerminalWidth = terminal;
        _console.Variables["DTRAIN_SERVER"] = "http://gate:8080";
        var summary = new JobSummary { Id = "digits-1", State = JobPhase.Queued, Reason = Hostile, Data = Hostile, SubmittedAt = DateTimeOffset.UnixEpoch, MaximumEpochs = 2, TotalSteps = 20 };
        _console.Gateway.On("GET /api/v1/jobs?limit=100", new JobList([summary], null), ApiJson.Default.JobList);
        _console.Gateway.On("GET /api/v1/nodes", new NodeList([new NodeInfo { Address = Hostile, Roles = [Hostile], State = Hostile, Reachable = true, Version = Hostile }]), ApiJson.Default.NodeList);
        _console.Gateway.On("GET /api/v1/datasets", new DatasetList([new Dataset(new string('a', 64), Hostile, "table", 1, DateTimeOffset.UnixEpoch, [])]), ApiJson.Default.DatasetList);
        foreach (var line in new[] { "jobs", "nodes", "data list" }) Assert.Equal((ExitCode.Done, ""), (await _console.RunAsync(line.Split(' ')), _console.Error));
        Assert.Contains("x·[2J·]0;owned", Visible(), StringComparison.Ordinal);
        Check();

        _console.Gateway.On("GET /api/v1/jobs/digits-2", () => FakeGateway.Problem(HttpStatusCode.NotFound, Hostile));
        Assert.NotEqual(ExitCode.Done, await _console.RunAsync("watch", "digits-2"));
        Assert.Contains(Shown, _console.Error, StringComparison.Ordinal);
        Check();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(100)]
    public async Task A_job_that_is_watched_shows_its_notes_and_its_end_with_dots(int? terminal)
    {
        _console.TerminalWidth = terminal;
        _console.Variables["DTRAIN_SERVER"] = "http://gate:8080";
        var job = new JobId("digits-1");
        var detail = new JobDetail
        {
            Summary = new JobSummary { Id = job.Value, State = JobPhase.Running, Data = Hostile, SubmittedAt = DateTimeOffset.UnixEpoch, MaximumEpochs = 2, TotalSteps = 20 },
            Specification = new JobSpecification
            {
                Data = new DataIdentity(new string('a', 64), 100, 20),
                Network = new NetworkSpecification { Inputs = 2, Hidden = [4], Outputs = 2 },
                Optimizer = new OptimizerSpecification(),
                Schedule = new ScheduleSpecification(),
                Epochs = 2,
                BatchSize = 10,
                ShardSize = 10,
                Seed = 1,
            },
            Options = new RunOptions(),
            Source = new DataSettings { Source = Hostile, Seed = 1 },
            Epochs = [],
            Notes = [Hostile],
        };
        _console.Gateway.On("GET /api/v1/jobs/digits-1", detail, ApiJson.Default.JobDetail);
        _console.Gateway.On("GET /api/v1/jobs/digits-1/events", () => FakeGateway.Events(
            false, 4, new JobStarted(job, 0, 20, 10, 1), new JobFinished(job, new JobEnded(JobOutcome.Failed, 5, null, Hostile))));
        Assert.Equal(ExitCode.Failed, await _console.RunAsync("watch", "digits-1"));
        Assert.Contains(Shown, Visible() + _console.Error, StringComparison.Ordinal);
        Check();
    }

    public void Dispose() => _console.Dispose();

    /// <summary>The output without the sequences that this program itself writes to a terminal.</summary>
    private string Visible() => System.Text.RegularExpressions.Regex.Replace(_console.Output, "\u001b\\[[0-9;]*[mAJK]", "");

    private void Check()
    {
        foreach (var forbidden in (string[])["\u001b[2J", "\u001b]", "\u0007", "\u202E", "\u2066", "\u200B", "\u009b"])
            Assert.DoesNotContain(forbidden, _console.Output + _console.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', (_console.TerminalWidth is null ? _console.Output : Visible()) + _console.Error);
    }
}
