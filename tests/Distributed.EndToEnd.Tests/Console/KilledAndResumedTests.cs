using System.Text.Json;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests;

public sealed class KilledAndResumedTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dtrain-e2e-").FullName;

    private static readonly string[] Job =
    [
        "train", "--json", "--name", "killed", "--data", "digits", "--hidden", "32,16", "--epochs", "60", "--batch", "48", "--shard", "9",
        "--optimizer", "adam", "--dropout", "0.1", "--patience", "60", "--snapshot-every", "40",
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_killed_twice_and_resumed_with_other_workers_and_blocks_ends_with_the_same_weights()
    {
        var expected = await UndisturbedAsync();
        var random = new Random(Environment.TickCount);
        var epochs = new[] { random.Next(2, 20), random.Next(21, 45) };
        output.WriteLine($"kills after epochs {epochs[0]} and {epochs[1]}");

        using (var first = DtrainProcess.Start(_folder, [.. Job, "--store", "b.db", "--out", "b", "--workers", "2", "--blocks", "3"]))
        {
            await first.ReadEventAsync("epoch", json => json.GetProperty("epoch").GetInt32() >= epochs[0]);
            await first.KillAsync();
        }
        using (var second = DtrainProcess.Start(_folder, "resume", "--json", "--store", "b.db", "--workers", "3", "--blocks", "1"))
        {
            var started = await second.ReadEventAsync("started");
            Assert.True(started.GetProperty("fromStep").GetInt64() > 0, "a checkpoint was there to go on from");
            await second.ReadEventAsync("epoch", json => json.GetProperty("epoch").GetInt32() >= epochs[1]);
            await second.KillAsync();
        }
        var (exit, lines, errors) = await DtrainProcess.RunAsync(_folder, "resume", "killed", "--json", "--store", "b.db", "--blocks", "4");
        Assert.True(exit == 0, errors);
        AssertSame(expected, Last(lines));
    }

    [Fact]
    public async Task A_run_interrupted_by_ctrl_c_says_how_to_resume_and_ends_with_the_same_weights()
    {
        var expected = await UndisturbedAsync();
        JsonElement interrupted;
        using (var run = DtrainProcess.Start(_folder, [.. Job, "--store", "c.db", "--out", "c", "--workers", "2"]))
        {
            await run.ReadEventAsync("epoch", json => json.GetProperty("epoch").GetInt32() >= 5);
            run.Interrupt();
            interrupted = await run.ReadEventAsync("interrupted");
            var (exit, rest, errors) = await run.FinishAsync();
            Assert.Equal(130, exit);
            Assert.Empty(rest);
            Assert.Contains("dtrain resume killed", errors, StringComparison.Ordinal);
        }
        Assert.Equal("killed", interrupted.GetProperty("job").GetString());
        using var resumed = DtrainProcess.Start(_folder, "resume", "--json", "--store", "c.db");
        var started = await resumed.ReadEventAsync("started");
        Assert.Equal(interrupted.GetProperty("step").GetInt64(), started.GetProperty("fromStep").GetInt64());
        var (resumedExit, lines, resumedErrors) = await resumed.FinishAsync();
        Assert.True(resumedExit == 0, resumedErrors);
        AssertSame(expected, Last(lines));
    }

    private async Task<JsonElement> UndisturbedAsync()
    {
        var (exit, lines, errors) = await DtrainProcess.RunAsync(_folder, [.. Job, "--store", "a.db", "--out", "a"]);
        Assert.True(exit == 0, errors);
        return Last(lines);
    }

    private static JsonElement Last(IReadOnlyList<string> lines)
    {
        var last = JsonDocument.Parse(lines[^1]).RootElement;
        Assert.Equal("completed", last.GetProperty("event").GetString());
        return last;
    }

    private static void AssertSame(JsonElement expected, JsonElement actual)
    {
        foreach (var member in new[] { "weightsSha256", "reason", "epochs", "steps", "trainLoss", "validationLoss", "validationAccuracy", "bestEpoch" })
            Assert.Equal(expected.GetProperty(member).GetRawText(), actual.GetProperty(member).GetRawText());
    }
}
