using Microsoft.Data.Sqlite;

namespace Distributed.Cluster.Stores;

/// <summary>Translates SQLite file failures into messages for the user.</summary>
internal static class StoreFailure
{
    /// <summary>SQLite's code for a file with inconsistent pages.</summary>
    public const int Corrupt = 11;

    private const int ReadOnly = 8, BadDisk = 10, Full = 13, CannotOpen = 14, NotADatabase = 26; // https://sqlite.org/rescode.html

    /// <summary>Describes a SQLite failure in one line.</summary>
    public static TrainingException Describe(string path, SqliteException e) => new StoreRefusedException($"the store {path} " + e.SqliteErrorCode switch
    {
        NotADatabase => $"is not a SQLite database: name another file with {StoreRefusedException.Setting}, or move this one away",
        Corrupt => $"is a damaged SQLite database: bring back a copy, or name another file with {StoreRefusedException.Setting}",
        Full => $"cannot be written: the disk is full; free some space, or name a file on another disk with {StoreRefusedException.Setting}",
        BadDisk => $"cannot be read or written: the disk is full or damaged; free some space, or name a file on another disk with {StoreRefusedException.Setting}",
        ReadOnly => "cannot be written: it, or its file system, is read-only; a store must be writable even to be read, so copy it to a folder that is",
        CannotOpen => $"cannot be opened{Reason(path)}: name a file that this user may read and write with {StoreRefusedException.Setting}",
        _ => $"cannot be opened as a SQLite database ({e.Message.TrimEnd('.')}): name another file with {StoreRefusedException.Setting}, or move this one away",
    }, e);

    /// <summary>Describes a file system failure in one line.</summary>
    public static TrainingException Describe(string path, Exception e) =>
        new StoreRefusedException($"the store {path} cannot be made or written ({e.Message.TrimEnd('.')}): a store needs a file in a writable folder with free space; name one with {StoreRefusedException.Setting}", e);

    /// <summary>The operating system's reason, which SQLite does not report.</summary>
    private static string Reason(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            return "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $" ({e.Message.TrimEnd('.')})";
        }
    }
}
