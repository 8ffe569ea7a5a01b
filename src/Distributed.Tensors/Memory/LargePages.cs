using System.Runtime.InteropServices;

namespace Distributed.Tensors.Memory;

/// <summary>
/// Asks Linux to back large buffers with 2 MiB pages, where it leaves that to the program (transparent huge pages on "madvise").
/// Kernels walk several matrices at once, and small pages cost them up to a tenth of their speed in address translation.
/// A refusal changes nothing.
/// </summary>
internal static unsafe partial class LargePages
{
    private const nuint Size = 1 << 21;
    private const int MadviseHugePage = 14;

    private static bool _available = OperatingSystem.IsLinux();

    /// <summary>Advises for the whole pages inside a buffer, before the first write to it.</summary>
    public static void Advise(void* start, nuint bytes)
    {
        var first = ((nuint)start + Size - 1) / Size * Size;
        var end = ((nuint)start + bytes) / Size * Size;
        if (!_available || end <= first) return;
        try
        {
            _ = Advise((void*)first, end - first, MadviseHugePage);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            _available = false;
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* start, nuint bytes, int advice);
}
