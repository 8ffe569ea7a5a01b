using System.Collections.Concurrent;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Stores;
using Distributed.Jobs.Embedded;
using Distributed.Jobs.Service;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Specification;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Distributed.Jobs.Tests.Embedded;

/// <summary>What the log reports while a store rejects writes.</summary>
public sealed class StoreOutageTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    private readonly TrainingFixture _fixture = new();
    private readonly ConcurrentQueue<string> _lines = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void An_outage_is_said_once_for_all_writers_and_its_end_when_the_last_of_them_got_through()
    {
        var outage = new StoreOutage(new CallbackLoggerProvider(_lines.Enqueue, LogLevel.Warning).CreateLogger("store"), TimeProvider.System);
        outage.Worked("journal");
        Assert.Empty(_lines);
        for (var i = 0; i < 3; i++)
        {
            outage.Failed("journal", new InvalidOperationException("wrapped", new IOException("disk\nfull.")));
            outage.Failed("block 0", "disk full");
        }
        Assert.Equal("warning: store: the store takes no writes (disk full): it is asked again until it does, and jobs wait for it", Assert.Single(_lines));
        outage.Worked("journal");
        Assert.Single(_lines);
        outage.Worked("block 0");
        Assert.Equal(2, _lines.Count);
        Assert.StartsWith("warning: store: the store takes writes again, after ", _lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_writer_that_is_gone_keeps_no_outage_open()
    {
        var outage = new StoreOutage(new CallbackLoggerProvider(_lines.Enqueue, LogLevel.Warning).CreateLogger("store"), TimeProvider.System);
        outage.Failed("block 0", "disk full");
        outage.Failed("journal", "disk full");
        outage.Forget("block 0");
        outage.Worked("journal");
        Assert.Equal(2, _lines.Count);
    }

    /// <summary>A trigger simulates the full disk: it rejects rows until dropped, on every machine and without root.</summary>
    [Fact]
    public async Task A_job_that_begins_while_the_store_takes_no_writes_says_so_in_one_line_and_goes_on_when_it_does()
    {
        var path = _fixture.StorePath();
        var job = new JobId("job");
        await using (var cluster = await StartAsync(path)) await cluster.Client.ListJobsAsync(CancellationToken.None); // creates the tables
        Execute(path, "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'no room left'); END");
        await using (var cluster = await StartAsync(path))
        {
            var start = cluster.Client.StartAsync(
                new JobSubmission(job, TrainingFixture.Specify(TrainingFixture.Digits), new RunOptions(), TrainingFixture.DigitsSettings, TrainingFixture.Digits),
                CancellationToken.None);
            await UntilAsync(() => _lines.Any(line => line.Contains("takes no writes", StringComparison.Ordinal)));
            Assert.False(start.IsCompleted);
            Execute(path, "DROP TRIGGER full");
            await start.WaitAsync(Bound);
            await UntilAsync(() => _lines.Any(line => line.Contains("takes writes again", StringComparison.Ordinal)));
        }
        Assert.True(_lines.Count == 2, string.Join('\n', _lines));
        Assert.Contains("no room left", _lines.First(), StringComparison.Ordinal);
        Assert.All(_lines, line => Assert.DoesNotContain("\n", line, StringComparison.Ordinal));
    }

    private Task<EmbeddedCluster> StartAsync(string path) => EmbeddedCluster.StartAsync(
        new EmbeddedClusterOptions { StorePath = path, Workers = 1, Threads = 1, Log = _lines.Enqueue }, CancellationToken.None);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var bound = new CancellationTokenSource(Bound);
        while (!condition()) await Task.Delay(20, bound.Token);
    }

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
