using System.Data.Common;
using Akka.Persistence;
using Distributed.Cluster.Stores;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Snapshots;
using Distributed.Protocol.Specification;
using Distributed.Tests;
using Microsoft.Data.Sqlite;
using Npgsql;
using Xunit.Abstractions;

namespace Distributed.Cluster.Tests.Stores;

/// <summary>What the rules require of a store: a single writer, and rows that do not accumulate.</summary>
[Collection(PostgresTests.Name)]
public sealed class JournalStoreTests(PostgresFixture postgres, ITestOutputHelper output) : IDisposable
{
    // In memory where such a folder exists: the disk is not under test, and thousands of durable writes take minutes on a slow one.
    private readonly string _folder = Directory.CreateDirectory(
        Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"distributed-{Guid.NewGuid():n}")).FullName;

    private string StorePath => Path.Combine(_folder, "store.db");

    private string ConnectionString => SqliteStore.Connection(StorePath);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_second_writer_to_a_SQLite_journal_ends_itself()
    {
        using var store = OpenSqlite();
        CheckThatOneWriterWins(store);
    }

    private static JobSpecification Specification { get; } = new()
    {
        Data = new DataIdentity(new string('0', 64), 100, 0),
        Network = new NetworkSpecification { Inputs = 4, Hidden = [8], Outputs = 3 },
        Optimizer = new OptimizerSpecification { Kind = OptimizerKind.Sgd, LearningRate = 0.1 },
        Schedule = new ScheduleSpecification(),
        Epochs = 2,
        BatchSize = 10,
        ShardSize = 5,
        Seed = 7,
    };

    [ClusterFact]
    public async Task A_second_writer_to_a_PostgreSQL_journal_ends_itself()
    {
        var database = await postgres.CreateDatabaseAsync("writers");
        using var store = new StoreUnderTest("PostgreSQL.15", database, () => new NpgsqlConnection(database));
        CheckThatOneWriterWins(store);
        CheckThatASummaryReplacesRows(store);
    }

    /// <summary>Without a busy time-out, Microsoft.Data.Sqlite sleeps for 150 ms at each collision with the other connection's write.</summary>
    [Fact]
    public void Connections_of_journal_and_snapshots_wait_inside_SQLite_for_each_others_writes()
    {
        using var store = OpenSqlite();
        using (var pool = new SqliteConnection(ConnectionString)) SqliteConnection.ClearPool(pool);
        store.Open(new JobId("job")).Write(new TermStarted(1));
        // The pool returns the connection that the journal wrote with.
        Assert.InRange(store.Scalar("PRAGMA busy_timeout"), 1_000, 20_000);
    }

    [Fact]
    public void A_summary_replaces_the_rows_before_it()
    {
        using var store = OpenSqlite();
        CheckThatASummaryReplacesRows(store);
    }

    [Fact]
    public async Task Thousands_of_checkpoints_leave_a_store_of_bounded_size()
    {
        using var store = OpenSqlite();
        var job = new JobId("job");
        var writer = store.Open(job);
        var history = new JobHistory();
        var snapshots = Akka.Persistence.Persistence.Instance.Apply(store.System).SnapshotStoreFor(SnapshotStore.PluginId);
        var snapshotStore = new SnapshotStore(store.System, Akka.Actor.ActorRefs.Nobody);
        Write(new JobSubmitted(Specification, new RunOptions()));
        var sizes = new List<long>();
        for (var step = 1; step <= 2_000; step++)
        {
            var bytes = new byte[20_000];
            Random.Shared.NextBytes(bytes);
            var part = new SnapshotPart(0, 100, PartsSweep.PersistenceIdOf(job, 1, 0, step), step, 0);
            Assert.IsType<SaveSnapshotSuccess>(await Akka.Actor.Futures.Ask(
                snapshots, new SaveSnapshot(new SnapshotMetadata(part.PersistenceId, step, DateTime.UtcNow), bytes), TimeSpan.FromSeconds(30)));
            var before = history.Checkpoints.SelectMany(checkpoint => checkpoint.Parts).ToList();
            Write(new CheckpointCommitted(new Checkpoint(step, 1, [part], default, 100)));
            snapshotStore.Delete([.. before.Except(history.Checkpoints.SelectMany(checkpoint => checkpoint.Parts))]);
            if (history.EventsSinceSummary >= 256) Write(history.Summarize());
            if (step % 250 == 0) sizes.Add(new FileInfo(StorePath).Length + new FileInfo(StorePath + "-wal").Length);
        }
        output.WriteLine($"bytes of the store after every 250 checkpoints: {string.Join(", ", sizes)}; " +
            $"{store.Scalar("SELECT COUNT(*) FROM journal")} journal rows, {store.Scalar("SELECT COUNT(*) FROM snapshot")} snapshot rows");
        Assert.InRange(store.Scalar("SELECT COUNT(*) FROM journal"), 1, 260);
        Assert.InRange(store.Scalar("SELECT COUNT(*) FROM snapshot"), 2, 10); // deletions still in progress
        Assert.InRange(sizes[^1], 0, sizes[0] * 5 / 4); // freed pages are reused

        void Write(JournalEvent journalEvent)
        {
            writer.Write(journalEvent);
            history.Apply(journalEvent);
        }
    }

    [Fact]
    public async Task Stored_parts_that_nobody_names_are_found_and_deleted()
    {
        using var store = OpenSqlite();
        var snapshotStore = new SnapshotStore(store.System, Akka.Actor.ActorRefs.Nobody);
        var snapshots = Akka.Persistence.Persistence.Instance.Apply(store.System).SnapshotStoreFor(SnapshotStore.PluginId);
        var (job, longer) = (new JobId("job"), new JobId("job-1"));
        var kept = new SnapshotPart(0, 1, PartsSweep.PersistenceIdOf(job, 1, 0, 5), 20, 0);
        (string Id, long Step)[] rows =
        [
            (kept.PersistenceId, kept.SequenceNumber),
            (PartsSweep.PersistenceIdOf(job, 1, 0, 6), 20), // of a finished lineage
            (PartsSweep.PersistenceIdOf(job, 2, 0, 7), 10), // of an abandoned attempt
            (PartsSweep.PersistenceIdOf(job, 2, 0, 8), 30), // of an attempt in progress
            (PartsSweep.PersistenceIdOf(job, 0, 0, 0), 0), // given initial weights
            (PartsSweep.PersistenceIdOf(longer, 1, 0, 9), 1), // another job's
        ];
        foreach (var (id, step) in rows)
            Assert.IsType<SaveSnapshotSuccess>(await Akka.Actor.Futures.Ask(
                snapshots, new SaveSnapshot(new SnapshotMetadata(id, step, DateTime.UtcNow), new byte[10]), TimeSpan.FromSeconds(30)));
        await snapshotStore.SweepAsync(new PartsSweep(job, 2, 20, [new Checkpoint(20, 1, [kept], default, 1)]), Akka.Event.NoLogger.Instance);
        var deadline = Environment.TickCount64 + 30_000;
        while (store.Scalar("SELECT COUNT(*) FROM snapshot") > 4 && Environment.TickCount64 < deadline) await Task.Delay(20);
        Assert.Equal(4, store.Scalar("SELECT COUNT(*) FROM snapshot"));
        Assert.Equal(0, store.Scalar($"SELECT COUNT(*) FROM snapshot WHERE persistence_id IN ('{rows[1].Id}', '{rows[2].Id}')"));
    }

    private static void CheckThatOneWriterWins(StoreUnderTest store)
    {
        var job = new JobId("contested");
        var first = store.Open(job);
        var second = store.Open(job);
        first.Write(new TermStarted(1));
        second.WriteInVain(new TermStarted(2)); // row 1 is taken: the key (persistence id, sequence number) is unique
        first.Write(new TermStarted(3));
        Assert.Equal([new TermStarted(1), new TermStarted(3)], store.Open(job).Recovered.Events);
        Assert.ThrowsAny<DbException>(() => store.Execute(
            "INSERT INTO journal (created, deleted, persistence_id, sequence_number, message, writer_uuid, manifest, identifier) " +
            "SELECT created, deleted, persistence_id, sequence_number, message, writer_uuid, manifest, identifier FROM journal"));
    }

    private static void CheckThatASummaryReplacesRows(StoreUnderTest store)
    {
        var job = new JobId("long");
        var writer = store.Open(job);
        var history = new JobHistory();
        Write(new JobSubmitted(Specification, new RunOptions()));
        for (var i = 1; i <= 50; i++)
        {
            Write(new TermStarted(i));
            if (i % 10 == 0) Write(history.Summarize());
        }
        // Rows are deleted in the background, never before the write: wait for the last summary's deletion.
        var deadline = Environment.TickCount64 + 30_000;
        while (Rows() > 12 && Environment.TickCount64 < deadline) Thread.Sleep(20);
        var recovered = store.Open(job).Recovered;
        Assert.Equal(56, recovered.SequenceNumber);
        var again = new JobHistory();
        foreach (var journalEvent in recovered.Events) again.Apply(journalEvent);
        Assert.Equal(50, again.Term);
        Assert.InRange(recovered.Events.Count, 1, 12);
        var another = store.Open(job); // continues after the deleted rows
        another.Write(new TermStarted(51));
        writer.WriteInVain(new TermStarted(52));

        long Rows() => store.Scalar($"SELECT COUNT(*) FROM journal WHERE persistence_id = '{JobJournal.IdOf(job)}' AND NOT deleted");

        void Write(JournalEvent journalEvent)
        {
            writer.Write(journalEvent);
            history.Apply(journalEvent);
        }
    }

    private StoreUnderTest OpenSqlite()
    {
        using (SqliteStore.Open(StorePath)) // created, in WAL mode
        {
        }
        return new StoreUnderTest("SQLite.MS", ConnectionString, () => new SqliteConnection(ConnectionString));
    }
}
