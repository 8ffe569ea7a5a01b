using Distributed.Transport.Files;

namespace Distributed.Cluster.Stores;

/// <summary>
/// A process's exclusive hold on a store. "FILE.lock" is locked without sharing (on Unix any other mode is a shared lock, which a second process also
/// gets); "FILE.owner" beside it names the owner. The lock is released with the process, however it ends.
/// </summary>
internal sealed class StoreOwnership : IDisposable
{
    // EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION on Windows: .NET has one exception type for these and for a read-only disk.
    private static readonly int[] TakenCodes = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _lock;

    private StoreOwnership(FileStream file) => _lock = file;

    /// <summary>Takes ownership of a file that is or becomes a store.</summary>
    /// <exception cref="TrainingException">Another process owns the file, or it is not this program's.</exception>
    /// <exception cref="IOException">The files beside it cannot be written.</exception>
    public static StoreOwnership Take(string path)
    {
        // Create nothing beside another program's file. If a lock file exists, check for an owner first, since it may be writing.
        var isKnown = File.Exists(path + ".lock");
        if (!isKnown) StoreIdentity.Check(path);
        PrivateFile.CreateFolder(Path.GetDirectoryName(path)!);
        var file = Lock(path);
        try
        {
            if (isKnown) StoreIdentity.Check(path);
            PrivateFile.Touch(path + ".owner");
            File.WriteAllText(path + ".owner", $"{Environment.ProcessId}");
            return new StoreOwnership(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Releases ownership.</summary>
    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        try
        {
            return PrivateFile.Open(path + ".lock", FileMode.OpenOrCreate, share: FileShare.None);
        }
        catch (IOException e) when (TakenCodes.Contains(e.HResult))
        {
            throw new StoreRefusedException($"the store {path} is in use by process {OwnerOf(path)}: wait for it to end, or name another file with {StoreRefusedException.Setting}", e);
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
