using Distributed.Cluster.Stores;
using Distributed.Jobs.Results;

namespace Distributed.Jobs.Service;

/// <summary>A SQLite store that is open for reading: its jobs and their models, without a cluster.</summary>
internal interface IStoreAccess : IDisposable
{
    /// <summary>The stored jobs.</summary>
    IJobResults Jobs { get; }
}

/// <summary>Opens a store for commands that start no job.</summary>
internal sealed class StoreAccess : IStoreAccess
{
    private readonly SqliteStore _store;

    private StoreAccess(SqliteStore store)
    {
        _store = store;
        var stored = new StoredJobs(new SqliteStoreReader(store));
        Jobs = new JobResults(stored, stored.FindAsync);
    }

    public IJobResults Jobs { get; }

    /// <summary>Opens a store, which no other process can open meanwhile.</summary>
    /// <exception cref="Cluster.TrainingException">The file cannot be opened, is not this program's, or is owned by another process.</exception>
    public static IStoreAccess Open(string path) => new StoreAccess(SqliteStore.Open(path));

    public void Dispose() => _store.Dispose();
}
