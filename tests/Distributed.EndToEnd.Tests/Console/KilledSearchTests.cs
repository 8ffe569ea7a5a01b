using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests;

/// <summary>A search whose process is killed at drawn moments and resumed with other workers and blocks.</summary>
public sealed class KilledSearchTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] Search =
    [
        "tune", "--json", "--name", "killed", "--data", "digits", "--epochs", "81", "--trials", "9", "--rungs", "3", "--space", "learning-rate=log:1e-3..1e-1",
        "--space", "hidden=16|32|16,8", "--space", "dropout=0..0.4",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("dtrain-e2e-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_search_killed_three_times_makes_the_decisions_and_the_weights_of_one_that_is_not()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        output.WriteLine($"seed {seed}");
        var (exit, lines, errors) = await DtrainProcess.RunAsync(_folder, [.. Search, "--store", "a.db", "--out", "a"]);
        Assert.True(exit == 0, errors);
        var undisturbed = KilledAndResumedTests.Last(lines);

        using (var first = DtrainProcess.Start(_folder, [.. Search, "--store", "b.db", "--out", "b", "--workers", "2", "--blocks", "3"]))
        {
            await first.ReadEventAsync("trial", json => json.GetProperty("trial").GetInt32() > random.Next(0, 3));
            await first.KillAsync();
        }
        foreach (var (name, blocks) in new[] { ("trial", "1"), ("rung", "2") })
        {
            using var next = DtrainProcess.Start(_folder, "resume", "killed", "--json", "--store", "b.db", "--out", "b", "--blocks", blocks);
            await next.ReadEventAsync(name);
            await Task.Delay(random.Next(0, 100)); // anywhere; nothing is waited for, and seconds of work are left
            await next.KillAsync();
        }
        (exit, lines, errors) = await DtrainProcess.RunAsync(_folder, "resume", "--json", "--store", "b.db", "--out", "b", "--workers", "2");
        Assert.True(exit == 0, errors);
        var resumed = KilledAndResumedTests.Last(lines);
        foreach (var member in new[] { "winner", "value", "settings", "decisionsSha256", "weightsSha256", "retrainedSha256" })
            Assert.Equal(undisturbed.GetProperty(member).GetRawText(), resumed.GetProperty(member).GetRawText());

        await AssertTheWinnersJobFileTrainsAgainAsync(undisturbed.GetProperty("weightsSha256").GetString());
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(_folder, "a", "trials.csv")), await File.ReadAllTextAsync(Path.Combine(_folder, "b", "trials.csv")));
        foreach (var picture in new[] { "trials.png", "settings.png", "parallel.png" }) Assert.True(new FileInfo(Path.Combine(_folder, "b", picture)).Length > 1000);
        (exit, lines, errors) = await DtrainProcess.RunAsync(_folder, "jobs", "--json", "--store", "b.db");
        Assert.Equal((0, 1), (exit, lines.Count)); // the trials and the last training are the search's
        (exit, lines, errors) = await DtrainProcess.RunAsync(_folder, "verify", "killed", "--json", "--store", "b.db");
        Assert.True(exit == 0, errors);
        Assert.All(lines, line => Assert.Contains("\"equal\":true", line, StringComparison.Ordinal));
    }

    private async Task AssertTheWinnersJobFileTrainsAgainAsync(string? weights)
    {
        var (exit, lines, errors) = await DtrainProcess.RunAsync(_folder, "train", "--json", "--job", Path.Combine("b", "winner.json"), "--store", "c.db", "--out", "c");
        Assert.True(exit == 0, errors);
        Assert.Equal(weights, KilledAndResumedTests.Last(lines).GetProperty("weightsSha256").GetString());
    }
}
