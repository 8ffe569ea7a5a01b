using System.IO.MemoryMappedFiles;

namespace Distributed.Transport.SharedMemory;

/// <summary>
/// Memory that two processes of one machine share: a file in memory that is unlinked right after it was created. The other process opens it
/// through the maker's handle (<c>/proc/PID/fd/N</c>, open to processes of the same user), so no crash leaves a file behind.
/// </summary>
/// <remarks>The garbage collector unmaps it once the object is unreachable, so no thread can hold a dangling pointer.</remarks>
internal sealed unsafe class SharedSegment
{
    private const string Folder = "/dev/shm", NameStart = $"{Folder}/distributed-";

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private SharedSegment(FileStream stream, int length)
    {
        try
        {
            Handle = stream.SafeFileHandle.DangerousGetHandle().ToInt32();
            _file = MemoryMappedFile.CreateFromFile(stream, null, length, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
            _view = _file.CreateViewAccessor(0, length);
        }
        catch
        {
            _file?.Dispose();
            stream.Dispose();
            throw;
        }
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        Start = start;
        Length = length;
        GC.AddMemoryPressure(length); // the mapping costs more than the object
    }

    ~SharedSegment()
    {
        if (Start is null) return; // the constructor threw
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        GC.RemoveMemoryPressure(Length);
    }

    /// <summary>Whether this machine supports it.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && Directory.Exists(Folder);

    /// <summary>The file's handle in this process.</summary>
    public int Handle { get; }

    /// <summary>The first byte; valid as long as this object is reachable.</summary>
    public byte* Start { get; }

    /// <summary>Length in bytes.</summary>
    public int Length { get; }

    /// <summary>Creates a segment of zeros; null, with the reason, when there is no room or no support.</summary>
    public static SharedSegment? TryCreate(int length, out string? failure)
    {
        var path = $"{NameStart}{Guid.NewGuid():N}";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            PreallocationSize = length, // a page that is missing later raises a signal, not an exception
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return Try(
            () =>
            {
                var stream = new FileStream(path, options);
                File.Delete(path);
                stream.SetLength(length);
                return new SharedSegment(stream, length);
            },
            out failure);
    }

    /// <summary>Opens a segment of another process; null, with the reason, when it is not one or differs from a given length.</summary>
    public static SharedSegment? TryOpen(int process, int handle, int? length, out string? failure) => Try(
        () =>
        {
            // Only such a segment is opened: a hostile peer could name another file, and a process id can be reused.
            var path = $"/proc/{process}/fd/{handle}";
            if (new FileInfo(path).LinkTarget?.StartsWith(NameStart, StringComparison.Ordinal) != true) throw new IOException($"{path} is no such memory");
            var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 0);
            var there = stream.Length;
            if (there == length || (length is null && there is > 0 and <= int.MaxValue)) return new SharedSegment(stream, (int)there);
            stream.Dispose();
            throw new IOException(length is null ? $"it has {there} bytes" : $"it has {there} bytes instead of {length}");
        },
        out failure);

    private static SharedSegment? Try(Func<SharedSegment> make, out string? failure)
    {
        try
        {
            failure = null;
            return make();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            failure = e.Message;
            return null;
        }
    }
}
