using System.Text.Json;
using Microsoft.Data.Sqlite;
using Xunit.Abstractions;

namespace Distributed.EndToEnd.Tests;

/// <summary>The job of <see cref="KilledAndResumedTests"/>, trained once without a disturbance.</summary>
public sealed class UndisturbedTraining : IAsyncLifetime
{
    internal static readonly string[] Job =
    [
        "train", "--json", "--name", "killed", "--data", "digits", "--hidden", "32,16", "--epochs", "60", "--batch", "48", "--shard", "9",
        "--optimizer", "adam", "--dropout", "0.1", "--patience", "60", "--snapshot-every", "40",
    ];

    internal string Folder { get; } = Directory.CreateTempSubdirectory("dtrain-e2e-").FullName;

    internal JsonElement Completed { get; private set; }

    async Task IAsyncLifetime.InitializeAsync()
    {
        var (exit, lines, errors) = await DtrainProcess.RunAsync(Folder, [.. Job, "--store", "a.db", "--out", "a"]);
        Assert.True(exit == 0, errors);
        Completed = KilledAndResumedTests.Last(lines);
    }

    Task IAsyncLifetime.DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }
}

public sealed class KilledAndResumedTests(UndisturbedTraining undisturbed, ITestOutputHelper output) : IClassFixture<UndisturbedTraining>, IDisposable
{
    private static readonly string[] Job = UndisturbedTraining.Job;

    private readonly string _folder = Directory.CreateTempSubdirectory("dtrain-e2e-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_killed_twice_and_resumed_with_other_workers_and_blocks_ends_with_the_same_weights()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var epochs = new[] { random.Next(2, 20), random.Next(21, 45) };
        output.WriteLine($"seed {seed}: kills after epochs {epochs[0]} and {epochs[1]}");

        using (var first = DtrainProcess.Start(_folder, [.. Job, "--store", "b.db", "--out", "b", "--workers", "2", "--blocks", "3"]))
        {
            await first.ReadEventAsync("epoch", json => json.GetProperty("epoch").GetInt32() >= epochs[0]);
            await UntilCheckpointAsync("b.db");
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
        AssertSame(undisturbed.Completed, Last(lines));
        await AssertVerifiedAsync("killed", "--store", "b.db");
        await AssertVerifiedAsync("killed", "--store", "b.db", "--from-checkpoint");
        await AssertVerifiedAsync("--model", Path.Combine(undisturbed.Folder, "a"));
    }

    [Fact]
    public async Task A_run_interrupted_by_ctrl_c_says_how_to_resume_and_ends_with_the_same_weights()
    {
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
        AssertSame(undisturbed.Completed, Last(lines));
    }

    /// <summary>Checkpoints are saved beside the training: on a busy machine epochs can end before the first one is committed.</summary>
    private async Task UntilCheckpointAsync(string store)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, store)};Mode=ReadOnly");
        await connection.OpenAsync();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM journal WHERE manifest = 'checkpoint-committed'";
        for (var until = DateTime.UtcNow.AddMinutes(1); ; await Task.Delay(20))
        {
            if ((long)(await command.ExecuteScalarAsync())! > 0) return;
            Assert.True(DateTime.UtcNow < until, "no checkpoint was committed within a minute");
        }
    }

    /// <summary>The straight loop comes to the bits that the store or the folder holds.</summary>
    private async Task AssertVerifiedAsync(params string[] what)
    {
        var (exit, lines, errors) = await DtrainProcess.RunAsync(_folder, ["verify", "--json", .. what]);
        Assert.True(exit == 0, errors);
        Assert.True(lines.Count > 1, "at least one checkpoint was compared");
        Assert.All(lines, line => Assert.Contains("\"equal\":true", line, StringComparison.Ordinal));
    }

    internal static JsonElement Last(IReadOnlyList<string> lines)
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
