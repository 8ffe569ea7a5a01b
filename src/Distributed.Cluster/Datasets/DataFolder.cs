namespace Distributed.Cluster.Datasets;

/// <summary>
/// A node's hold on the folder of its data sets: one process at a time, so that what is in use and how much there is are known to the one that
/// needs to know. A node of no fixed port has a folder of its own that goes with it; what killed ones left behind, the next node removes.
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

    /// <summary>Where nodes keep their data sets unless told otherwise: the user's cache folder.</summary>
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

    /// <summary>Takes hold of a folder, made when missing.</summary>
    /// <exception cref="TrainingException">Another process has it, or it cannot be written.</exception>
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

    /// <summary>A node's folder under the default root: of its own by host and port, or for as long as it runs when it has no fixed port.</summary>
    /// <exception cref="TrainingException">It cannot be made.</exception>
    public static DataFolder OpenDefault(string root, string hostname, int port)
    {
        var safe = string.Concat(hostname.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));
        if (port != 0) return Open(System.IO.Path.Combine(root, $"{safe}-{port}"));
        try
        {
            Directory.CreateDirectory(root);
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
        Directory.CreateDirectory(path);
        if (TryOwn(path) is not { } owner) return null;
        // Another node may have removed the folder between the two.
        if (File.Exists(owner.Name)) return new DataFolder(path, owner, isPassing);
        owner.Dispose();
        return null;
    }

    /// <summary>The lock goes with the process, however that ends.</summary>
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
            // Somebody else removes it, or the next node will.
        }
    }
}
