using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;
using Microsoft.Data.Sqlite;

namespace Distributed.Console.Tests.Commands;

/// <summary>Stores that cannot be used, with the cluster of this process behind the commands: one line, exit code 2, nothing written.</summary>
public sealed class StoreRefusalTests : IDisposable
{
    private readonly TestConsole _console = new();

    public void Dispose() => _console.Dispose();

    [Theory]
    [InlineData("jobs")]
    [InlineData("train", "--epochs", "1")]
    [InlineData("resume")]
    [InlineData("verify", "digits-1")]
    [InlineData("export", "--job", "digits-1", "-o", "x.onnx")]
    public async Task A_SQLite_file_of_another_program_is_refused_and_stays_as_it_was(params string[] command)
    {
        var path = _console.PathOf("notes.db");
        Execute(path, "CREATE TABLE notes (t); INSERT INTO notes VALUES ('x')");
        var before = File.ReadAllBytes(path);
        Assert.Equal(ExitCode.BadUsage, await RunAsync([.. command, "--store", path]));
        Assert.Equal(
            $"dtrain: the store {path} belongs to another program (the table 'notes' is not of this one): name another file with --store\n",
            _console.Error.ReplaceLineEndings("\n"));
        Assert.Empty(_console.Output);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(["notes.db"], Directory.GetFileSystemEntries(_console.Folder).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("text", "is not a SQLite database")]
    [InlineData("folder", "is a folder")]
    [InlineData("text/s.db", "cannot be made")]
    public async Task A_store_that_is_none_is_refused_in_one_line(string name, string reason)
    {
        _console.Write("text", string.Concat(Enumerable.Repeat("no database ", 100)));
        Directory.CreateDirectory(_console.PathOf("folder"));
        Assert.Equal(ExitCode.BadUsage, await RunAsync("train", "--epochs", "1", "--store", _console.PathOf(name)));
        Assert.Contains(reason, Assert.Single(_console.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    /// <summary>A trigger stands for the full disk: it refuses rows until it is dropped, on every machine and without root.</summary>
    [Fact]
    public async Task A_quiet_training_says_once_that_the_store_takes_no_writes_and_once_that_it_does_again()
    {
        Assert.Equal(ExitCode.Done, await RunAsync("train", "--epochs", "1", "-q", "--out", _console.PathOf("a")));
        Execute(_console.Store, "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'no room left'); END");
        Assert.Empty(_console.Error);
        var run = RunAsync("train", "--epochs", "1", "-q", "--out", _console.PathOf("b"));
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (!_console.Error.Contains("takes no writes", StringComparison.Ordinal)) await Task.Delay(20, bound.Token);
        Execute(_console.Store, "DROP TRIGGER full");
        Assert.Equal(ExitCode.Done, await run.WaitAsync(bound.Token));
        Assert.Collection(
            _console.Error.TrimEnd().Split('\n'),
            line => Assert.Contains("the store takes no writes (SQLite Error 19: 'no room left')", line, StringComparison.Ordinal),
            line => Assert.Contains("the store takes writes again", line, StringComparison.Ordinal));
    }

    private Task<int> RunAsync(params string[] arguments) => _console.RunRealAsync(arguments);

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
