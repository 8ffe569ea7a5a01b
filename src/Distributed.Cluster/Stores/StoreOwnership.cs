namespace Distributed.Cluster.Stores;

/// <summary>
/// One process's hold on a store. "FILE.lock" is locked (no sharing: on Unix anything else is only a shared lock, which a second process gets
/// too), "FILE.owner" beside it says by whom. The lock goes with the process, however it ends.
/// </summary>
internal sealed class StoreOwnership : IDisposable
{
    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows: .NET has one type for these and for a read-only disk.
    private static readonly int[] TakenCodes = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _lock;

    private StoreOwnership(FileStream file) => _lock = file;

    /// <summary>Takes a file that is a store, or becomes one.</summary>
    /// <exception cref="TrainingException">Another process has it, or the file is not this program's.</exception>
    /// <exception cref="IOException">The files beside it cannot be written.</exception>
    public static StoreOwnership Take(string path)
    {
        // Nothing appears beside another program's file; where a lock file is, a store's owner is asked first: it may be writing.
        var isKnown = File.Exists(path + ".lock");
        if (!isKnown) StoreIdentity.Check(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var file = Lock(path);
        try
        {
            if (isKnown) StoreIdentity.Check(path);
            File.WriteAllText(path + ".owner", $"{Environment.ProcessId}");
            return new StoreOwnership(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Lets it go.</summary>
    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (TakenCodes.Contains(e.HResult))
        {
            throw new TrainingException($"the store {path} is in use by process {OwnerOf(path)}: wait for it to end, or name another file with --store", e);
        }
    }

    private static string OwnerOf(string path)
    {
        try
        {
            return File.ReadAllText(path + ".owner") is { Length: > 0 } owner ? owner : "(unknown)";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "(unknown)";
        }
    }
}
