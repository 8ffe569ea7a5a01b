using Distributed.Transport.Files;

namespace Distributed.Cluster.Datasets;

/// <summary>
/// A node's lock on its data set folder: one process at a time, so that usage and size are known to the process that enforces them. A node without a
/// fixed port uses a temporary folder, removed with it; folders left by killed nodes are removed by the next node.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private const string OwnerFile = "owner";
    private const string PassingPrefix = "passing-";
    private const int Attempts = 20;

    private readonly FileStream _owner;
    private readonly bool _isPassing;

    private DataFolder(string path, FileStream owner, bool isPassing)
    {
        Path = path;
        _owner = owner;
        _isPassing = isPassing;
    }

    public string Path { get; }

    /// <summary>The default location of data sets: the user's cache folder.</summary>
    public static string DefaultRoot
    {
        get
        {
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(cache) || !System.IO.Path.IsPathFullyQualified(cache))
            {
                var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
                cache = home.Length > 0 ? System.IO.Path.Combine(home, ".cache") : System.IO.Path.GetTempPath();
            }
            return System.IO.Path.Combine(cache, "distributed", "data");
        }
    }

    /// <summary>Opens and locks a folder, creating it if missing.</summary>
    /// <exception cref="TrainingException">Another process owns the folder, or it cannot be written.</exception>
    public static DataFolder Open(string path)
    {
        try
        {
            return TryOpen(System.IO.Path.GetFullPath(path), isPassing: false)
                ?? throw new TrainingException($"the data folder {path} belongs to another node that runs: name another one for each node of a machine (--data-dir)");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new TrainingException($"the data folder {path} cannot be used: {e.Message} Name another one (--data-dir)", e);
        }
    }

    /// <summary>Opens a node's folder under the default root: named by host and port, or temporary when the port is not fixed.</summary>
    /// <exception cref="TrainingException">The folder cannot be created.</exception>
    public static DataFolder OpenDefault(string root, string hostname, int port)
    {
        var safe = string.Concat(hostname.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));
        if (port != 0) return Open(System.IO.Path.Combine(root, $"{safe}-{port}"));
        try
        {
            PrivateFile.CreateFolder(root);
            RemoveLeftBehind(root);
            for (var attempt = 0; attempt < Attempts; attempt++)
                if (TryOpen(System.IO.Path.Combine(root, $"{PassingPrefix}{Guid.NewGuid():n}"), isPassing: true) is { } folder) return folder;
            throw new IOException("no folder could be made");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"no data folder can be made under {root}: {e.Message} Name one (--data-dir)", e);
        }
    }

    public void Dispose()
    {
        if (_isPassing) Remove(Path);
        _owner.Dispose();
    }

    private static DataFolder? TryOpen(string path, bool isPassing)
    {
        PrivateFile.CreateFolder(path);
        if (TryOwn(path) is not { } owner) return null;
        // Another node may have removed the folder in between.
        if (File.Exists(owner.Name)) return new DataFolder(path, owner, isPassing);
        owner.Dispose();
        return null;
    }

    /// <summary>The lock is released with the process, however it ends.</summary>
    private static FileStream? TryOwn(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, OwnerFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    private static void RemoveLeftBehind(string root)
    {
        foreach (var path in Directory.GetDirectories(root, PassingPrefix + "*"))
        {
            using var owner = Directory.Exists(path) ? TryOwn(path) : null;
            if (owner is not null) Remove(path);
        }
    }

    private static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process removes it, or the next node will.
        }
    }
}
