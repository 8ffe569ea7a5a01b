using Akka.Actor;
using Akka.Persistence;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Queue;
using Distributed.Cluster.Stores;
using Distributed.Cluster.Tests.Actors;
using Distributed.Data.Encodings;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Cluster.Tests.Stores;

/// <summary>A store is read without a cluster as the actors of a cluster read it.</summary>
public sealed class SqliteStoreReaderTests : IDisposable
{
    private static readonly JobId Job = new("job");
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-").FullName;

    private string StorePath => Path.Combine(_folder, "store.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_a_cluster_wrote_is_read_as_its_own_actors_read_it()
    {
        using (SqliteStore.Open(StorePath)) // created, in WAL mode
        {
        }
        string byActors;
        using (var store = OpenActors())
        {
            var writer = store.Open(Job);
            var history = new JobHistory();
            Write(new JobSubmitted(SampleJob.Specification, SampleJob.Options));
            Write(new TermStarted(1));
            Write(new LineageStarted(1, null, 1));
            Write(history.Summarize());
            Write(new TermStarted(2));
            var deadline = Environment.TickCount64 + 30_000;
            while (store.Scalar("SELECT COUNT(*) FROM journal WHERE NOT deleted") > 2 && Environment.TickCount64 < deadline) await Task.Delay(20);
            Assert.Equal(1, store.Scalar("SELECT COUNT(*) FROM journal WHERE deleted")); // the last row that is deleted stays, marked
            await SaveAsync(store.System, "encoding-1", 0, [1, 2, 3]);
            await SaveAsync(store.System, "encoding-1", 7, [4, 5]);
            byActors = await DescribeAsync(new ClusterStoreReader(store.System));

            void Write(JournalEvent journalEvent)
            {
                writer.Write(journalEvent);
                history.Apply(journalEvent);
            }
        }
        using var opened = SqliteStore.Open(StorePath);
        var reader = new SqliteStoreReader(opened);
        Assert.Equal("term 2, lineage 1; latest 4,5; first 1,2,3; other none", byActors);
        Assert.Equal(byActors, await DescribeAsync(reader));
        Assert.Null(await reader.SnapshotAsync("encoding-1", 3, None)); // not the nearest one
    }

    [Fact]
    public async Task A_new_store_is_empty()
    {
        using (SqliteStore.Open(StorePath))
        {
        }
        using var opened = SqliteStore.Open(StorePath);
        var reader = new SqliteStoreReader(opened);
        Assert.Empty(await reader.JobsAsync(None));
        Assert.Null((await reader.HistoryAsync(Job, None)).Specification);
        Assert.Null(await reader.SnapshotAsync("encoding-1", null, None));
    }

    [Theory]
    [InlineData("UPDATE journal SET manifest = 'unheard-of'", "'unheard-of' is not a known kind of record")]
    [InlineData("UPDATE journal SET identifier = 9", "was written by the unknown serializer 9")]
    [InlineData("UPDATE journal SET message = x'7b'", "a record of kind 'term-started' cannot be read")]
    [InlineData("ALTER TABLE journal RENAME COLUMN message TO words", "no such column")]
    public async Task A_damaged_journal_is_an_error_in_one_line(string damage, string reason)
    {
        using (SqliteStore.Open(StorePath))
        {
        }
        using (var store = OpenActors())
        {
            store.Open(Job).Write(new TermStarted(1));
            store.Execute(damage);
        }
        using var opened = SqliteStore.Open(StorePath);
        var reader = new SqliteStoreReader(opened);
        var failure = await Assert.ThrowsAsync<TrainingException>(() => reader.HistoryAsync(Job, None));
        Assert.StartsWith("the store cannot be read: ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jobs_are_listed_in_order_without_those_that_were_deleted()
    {
        var second = new JobId("second");
        using (SqliteStore.Open(StorePath))
        {
        }
        using (var store = OpenActors())
        {
            var directory = store.System.ActorOf(JobDirectoryActor.Props(ActorRefs.Nobody, 1, new StoreOutage(NullLogger.Instance, TimeProvider.System)));
            foreach (var job in new[] { Job, second })
                await directory.Ask<JobNoted>(new NoteJob(job, DateTimeOffset.UnixEpoch, new DataSettings { Source = "digits", Seed = 1 }, "encoding-" + job), TimeSpan.FromSeconds(60));
            Assert.Equal([Job, second], (await new ClusterStoreReader(store.System).JobsAsync(None)).Select(registered => registered.Job));
        }
        using var opened = SqliteStore.Open(StorePath);
        var reader = new SqliteStoreReader(opened);
        Assert.Equal([(Job, "encoding-job"), (second, "encoding-second")], (await reader.JobsAsync(None)).Select(registered => (registered.Job, registered.EncodingId)));
    }

    private StoreUnderTest OpenActors()
    {
        var connection = SqliteStore.Connection(StorePath);
        return new StoreUnderTest("SQLite.MS", connection, () => new SqliteConnection(connection));
    }

    private static async Task SaveAsync(ActorSystem system, string id, long number, byte[] bytes) =>
        Assert.IsType<SaveSnapshotSuccess>(await Futures.Ask(
            Akka.Persistence.Persistence.Instance.Apply(system).SnapshotStoreFor(SnapshotStore.PluginId),
            new SaveSnapshot(new SnapshotMetadata(id, number, DateTime.UtcNow), bytes), TimeSpan.FromSeconds(30)));

    private static async Task<string> DescribeAsync(IStoreReader reader)
    {
        var history = await reader.HistoryAsync(Job, None);
        var latest = await reader.SnapshotAsync("encoding-1", null, None);
        var first = await reader.SnapshotAsync("encoding-1", 0, None);
        var other = await reader.SnapshotAsync("encoding-2", null, None);
        Assert.Equal(SampleJob.Specification, history.Specification);
        return $"term {history.Term}, lineage {history.Lineage?.Lineage}; latest {Text(latest)}; first {Text(first)}; other {Text(other)}";
    }

    private static string Text(byte[]? bytes) => bytes is null ? "none" : string.Join(',', bytes);
}
