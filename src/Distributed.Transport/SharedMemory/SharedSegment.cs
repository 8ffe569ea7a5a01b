using System.IO.MemoryMappedFiles;

namespace Distributed.Transport.SharedMemory;

/// <summary>
/// Memory that two processes of one machine share: a file in memory whose name is gone before anybody hears of it. The other process opens it
/// through the maker's handle (<c>/proc/PID/fd/N</c>, which the same user's processes may), so nothing stays behind, whoever dies when.
/// </summary>
/// <remarks>Unmapped by the garbage collector when nobody holds the object any more, so that no thread can be left with a pointer to nothing.</remarks>
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
        GC.AddMemoryPressure(length); // what it costs is not the object
    }

    ~SharedSegment()
    {
        if (Start is null) return; // the constructor threw
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        GC.RemoveMemoryPressure(Length);
    }

    /// <summary>Whether there can be such memory here.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && Directory.Exists(Folder);

    /// <summary>The number of the file's handle in the process that made this object.</summary>
    public int Handle { get; }

    /// <summary>The first byte; valid as long as this object is reachable.</summary>
    public byte* Start { get; }

    /// <summary>Bytes.</summary>
    public int Length { get; }

    /// <summary>Makes a segment of zeros; null, with the reason, when there is no room or no such memory.</summary>
    public static SharedSegment? TryCreate(int length, out string? failure)
    {
        var path = $"{NameStart}{Guid.NewGuid():N}";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            PreallocationSize = length, // a page that is missing later would be a signal, not an error
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

    /// <summary>Opens a segment that another process made; null, with the reason, when that is none or of another length than a given one.</summary>
    public static SharedSegment? TryOpen(int process, int handle, int? length, out string? failure) => Try(
        () =>
        {
            // Nothing else of that process is written to: neither what a hostile peer names, nor a file of whoever has its number after its end.
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
