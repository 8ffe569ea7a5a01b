using System.Text;
using System.Text.Json;
using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;
using Distributed.Tests;
using Microsoft.Data.Sqlite;

namespace Distributed.Console.Tests.Commands;

/// <summary>
/// A store that an older release wrote: its jobs read their files by the rules that they began with. The commands run in this process, with its
/// cluster behind them: the store is what is tested, not the start of a program.
/// </summary>
public sealed class OldStoreTests : IDisposable
{
    private OldJobs? _old;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _old?.Dispose();
    }

    [Theory]
    [InlineData(OldJobs.First, "spellings")]
    [InlineData(OldJobs.First, "index")]
    [InlineData(OldJobs.First, "years")]
    [InlineData(OldJobs.First, "pair")]
    [InlineData(OldJobs.BeforeTheDivision, "labels")]
    [InlineData(OldJobs.BeforeTheDivision, "price")]
    [InlineData(OldJobs.BeforeTheDivision, "digits")]
    public async Task A_finished_job_of_an_old_store_is_verified_and_exported_with_the_weights_that_it_had(string release, string job)
    {
        var old = Open(release);
        var lines = await RunAsync("verify", job, "--store", old["store.sqlite"], "--json");
        var last = JsonDocument.Parse(lines[^2]).RootElement;
        Assert.True(last.GetProperty("equal").GetBoolean());

        lines = await RunAsync("export", "--job", job, "--checkpoint", "last", "-o", old["last.safetensors"], "--store", old["store.sqlite"]);
        Assert.EndsWith("weights " + last.GetProperty("replayedSha256").GetString(), lines[^1], StringComparison.Ordinal);
        var model = JsonDocument.Parse(File.ReadAllBytes(old[$"models/{job}/last/model.json"])).RootElement;
        Assert.Equal(model.GetProperty("weightsSha256").GetString(), last.GetProperty("replayedSha256").GetString());
    }

    [Theory]
    [InlineData(OldJobs.First, 800, "5066fcea392fc9b958e665e496991642c3570234e7495ab1fe39dfe48423fd87", "True false true")]
    [InlineData(OldJobs.BeforeTheDivision, 960, "64801c8d1e539c1e85a33564ed43870a1c53a7004a740462e23ed15974f6fcb1", "false true")]
    public async Task An_interrupted_job_of_an_old_store_goes_on_and_ends_with_the_weights_that_it_would_have_had(
        string release, long step, string weights, string classes)
    {
        var old = Open(release);
        var lines = await RunAsync(
            "resume", "interrupted", "--store", old["store.sqlite"], "--json", "--workers", "2", "--blocks", "2", "--out", old["out"]);

        Assert.Equal(step, JsonDocument.Parse(lines[0]).RootElement.GetProperty("fromStep").GetInt64());
        Assert.Equal(weights, JsonDocument.Parse(lines[^1]).RootElement.GetProperty("weightsSha256").GetString());
        var model = JsonDocument.Parse(File.ReadAllBytes(old["out/last/model.json"])).RootElement;
        Assert.Equal(
            classes, string.Join(' ', model.GetProperty("encoding").GetProperty("target").GetProperty("classes").EnumerateArray().Select(name => name.GetString())));

        await RunAsync("verify", "--model", old["out"]);
    }

    /// <summary>Runs a command, which must succeed, and gives the lines that it printed.</summary>
    private static async Task<string[]> RunAsync(params string[] arguments)
    {
        using var console = new TestConsole();
        var exit = await console.RunRealAsync(arguments);
        Assert.True(exit == ExitCode.Done, console.Error);
        return console.Output.TrimEnd().Split('\n');
    }

    /// <summary>A copy of a release's jobs, whose store names the copy's folder instead of the one where the files were.</summary>
    private OldJobs Open(string release)
    {
        var old = _old = new OldJobs(release);
        using var connection = new SqliteConnection($"Data Source={old["store.sqlite"]};Pooling=False");
        connection.Open();
        var messages = new List<(long Row, string Text)>();
        using (var read = connection.CreateCommand())
        {
            read.CommandText = "select ordering, message from journal where manifest = 'job-registered'";
            using var rows = read.ExecuteReader();
            while (rows.Read()) messages.Add((rows.GetInt64(0), Encoding.UTF8.GetString(rows.GetFieldValue<byte[]>(1))));
        }
        Assert.NotEmpty(messages);
        foreach (var (row, text) in messages)
        {
            using var write = connection.CreateCommand();
            write.CommandText = "update journal set message = $message where ordering = $row";
            write.Parameters.AddWithValue("$message", Encoding.UTF8.GetBytes(old.Moved(text)));
            write.Parameters.AddWithValue("$row", row);
            Assert.Equal(1, write.ExecuteNonQuery());
        }
        return old;
    }
}
