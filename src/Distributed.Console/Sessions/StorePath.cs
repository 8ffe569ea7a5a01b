using Distributed.Cluster;
using Distributed.Console.Terminals;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Transport.Files;

namespace Distributed.Console.Sessions;

/// <summary>The place of journal and snapshots.</summary>
internal static class StorePath
{
    /// <summary>The full path of a store.</summary>
    /// <param name="given">As given; null for the per-user one: <c>$XDG_DATA_HOME/dtrain/store.db</c>, or <c>~/.local/share/…</c>.</param>
    /// <param name="variable">Environment variables.</param>
    /// <exception cref="UsageException">It is a folder, or there is no home.</exception>
    public static string Of(string? given, Func<string, string?> variable)
    {
        if (given is not null)
        {
            if (Directory.Exists(given)) throw new UsageException($"--store: {given} is a folder; expected a file in it, such as {Path.Combine(given, "store.db")}");
            return Path.GetFullPath(given);
        }
        // The XDG base directory specification: a relative path there is invalid and ignored.
        var folder = variable("XDG_DATA_HOME") is { Length: > 0 } data && Path.IsPathFullyQualified(data)
            ? data
            : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (folder.Length == 0) throw new UsageException("--store: this user has no home folder for a store; give a file");
        return Path.Combine(folder, "dtrain", "store.db");
    }

    /// <summary>Opens a store for a command that only reads it.</summary>
    /// <exception cref="UsageException">The store cannot be opened, or another process owns it.</exception>
    public static IStoreAccess Open(ConsoleEnvironment environment, string path)
    {
        try
        {
            return environment.OpenStore(path);
        }
        catch (TrainingException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    /// <summary>Makes the folder that a file goes into.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="flag">The setting that names it.</param>
    /// <param name="isPrivate">Whether it is for its owner alone.</param>
    /// <exception cref="UsageException">It cannot be made; the message names the setting.</exception>
    public static void MakeFolder(string folder, string flag, bool isPrivate = false)
    {
        try
        {
            if (isPrivate) PrivateFile.CreateFolder(folder);
            else Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new UsageException($"{flag}: the folder {folder} cannot be made ({e.Message.TrimEnd('.')}); choose another with {flag}", e);
        }
    }
}
