namespace Distributed.Transport.Files;

/// <summary>Files and folders for their owner alone: stores, uploads, keys. Windows has its own rights, which folders pass on.</summary>
internal static class PrivateFile
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Where Docker, Podman and others mount a container's secrets: readable in the container, which is their owner's alone.</summary>
    private const string Mounted = "/run/secrets/";

    /// <summary>Creates a folder, with those above it, when it is missing; one that is there keeps its rights.</summary>
    public static string CreateFolder(string path)
    {
        var full = Path.GetFullPath(path);
        if (OperatingSystem.IsWindows()) return Directory.CreateDirectory(full).FullName;
        // The mode would be given to the last folder alone.
        if (Path.GetDirectoryName(full) is { } parent && !Directory.Exists(parent)) CreateFolder(parent);
        return Directory.CreateDirectory(full, Owner | UnixFileMode.UserExecute).FullName;
    }

    /// <summary>Creates an empty file when it is missing; one that is there keeps its content and its rights.</summary>
    public static void Touch(string path) => Open(path, FileMode.OpenOrCreate).Dispose();

    /// <summary>Opens a file for writing; rights are given to a new one alone.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Whether it is made.</param>
    /// <param name="isShared">Whether everybody may read it.</param>
    /// <param name="share">What others may do with the open file.</param>
    /// <param name="isAsynchronous">Whether it is written asynchronously.</param>
    public static FileStream Open(string path, FileMode mode, bool isShared = false, FileShare share = FileShare.Read, bool isAsynchronous = false)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write, Share = share, Options = isAsynchronous ? FileOptions.Asynchronous : FileOptions.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Owner | (isShared ? UnixFileMode.GroupRead | UnixFileMode.OtherRead : UnixFileMode.None);
        return new FileStream(path, options);
    }

    /// <summary>Writes a whole file: a reader sees the old one or the new one, never half of it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">Its content.</param>
    /// <param name="isShared">Whether everybody may read it.</param>
    public static void Write(string path, string text, bool isShared = false)
    {
        File.Delete(path + ".new");
        using (var writer = new StreamWriter(Open(path + ".new", FileMode.CreateNew, isShared))) writer.Write(text);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>
    /// Why a file with a secret is not used: other users can read or write it. Null when it can be used, or is missing. A folder above it that they
    /// cannot enter keeps them out too.
    /// </summary>
    public static string? Refuse(string path)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path)) return null;
        var full = Path.GetFullPath(path);
        if (full.StartsWith(Mounted, StringComparison.Ordinal)) return null;
        var open = File.GetUnixFileMode(full) & Others;
        for (var folder = Path.GetDirectoryName(full); folder is not null && open != 0; folder = Path.GetDirectoryName(folder))
        {
            var mode = File.GetUnixFileMode(folder);
            if ((mode & UnixFileMode.GroupExecute) == 0) open &= ~(UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
            if ((mode & UnixFileMode.OtherExecute) == 0) open &= ~(UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        }
        return open == 0 ? null : $"can be read or written by other users: chmod 600 {path}";
    }
}
