using Distributed.Jobs.Embedded;

namespace Distributed.Jobs.Training;

/// <summary>
/// The stores that trainings of this process have open, each with one cluster: SQLite files are owned by one process at a time, so trainings that
/// name one share its cluster. The last one to leave stops it.
/// </summary>
internal sealed class OpenStores
{
    private readonly Dictionary<string, OpenStore> _open = new(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    /// <summary>The stores of this process: two trainers in it share what they name.</summary>
    public static OpenStores OfProcess { get; } = new();

    /// <summary>Opens a store, or joins those that have it open.</summary>
    /// <param name="options">The store's full path; the rest applies when it is not open yet.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="Cluster.TrainingException">It cannot be opened.</exception>
    public Task<StoreLease> OpenAsync(EmbeddedClusterOptions options, CancellationToken cancellation) => OpenAsync(options, null, cancellation);

    /// <summary>Opens a store in a folder of its own, which is deleted when the lease ends.</summary>
    public Task<StoreLease> OpenPrivateAsync(EmbeddedClusterOptions options, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("distributed-training-").FullName;
        return OpenAsync(options with { StorePath = Path.Combine(folder, "store.db") }, folder, cancellation);
    }

    private async Task<StoreLease> OpenAsync(EmbeddedClusterOptions options, string? privateFolder, CancellationToken cancellation)
    {
        OpenStore? store;
        lock (_open)
        {
            if (!_open.TryGetValue(options.StorePath, out store)) _open[options.StorePath] = store = new OpenStore();
            store.Users++;
        }
        try
        {
            await store.Gate.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                store.Cluster ??= await EmbeddedCluster.StartAsync(options, cancellation).ConfigureAwait(false);
            }
            finally
            {
                store.Gate.Release();
            }
            return new StoreLease(this, options.StorePath, store, privateFolder);
        }
        catch
        {
            await LeaveAsync(options.StorePath, store, privateFolder).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends one user's hold; the last one's stops the cluster, and those that come meanwhile start another after it.</summary>
    internal async Task LeaveAsync(string path, OpenStore store, string? privateFolder)
    {
        lock (_open) store.Users--;
        await store.Gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            bool isLast;
            lock (_open) isLast = store.Users == 0;
            if (!isLast) return;
            var cluster = store.Cluster;
            store.Cluster = null;
            if (cluster is not null) await cluster.DisposeAsync().ConfigureAwait(false);
            lock (_open)
                if (store.Users == 0) _open.Remove(path);
        }
        finally
        {
            store.Gate.Release();
        }
        if (privateFolder is not null) Delete(privateFolder);
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The system's own folder of temporary files: what cannot be deleted now is deleted with it.
        }
    }
}

/// <summary>A store that is open. Its users are counted under the lock of all; its cluster starts and stops behind its gate.</summary>
internal sealed class OpenStore
{
    public SemaphoreSlim Gate { get; } = new(1, 1);

    public int Users { get; set; }

    public EmbeddedCluster? Cluster { get; set; }

    /// <summary>Held while a job gets its name and is noted in the store: two trainings never take one name.</summary>
    public SemaphoreSlim Naming { get; } = new(1, 1);

    /// <summary>The jobs that run, with the hashes of their samples.</summary>
    public Dictionary<string, string> Running { get; } = new(StringComparer.Ordinal);
}
