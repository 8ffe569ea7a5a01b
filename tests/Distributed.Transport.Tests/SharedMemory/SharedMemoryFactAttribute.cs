using Distributed.Transport.SharedMemory;

namespace Distributed.Transport.Tests;

/// <summary>A test of memory that processes share; skipped, with the reason, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedMemoryFactAttribute : FactAttribute
{
    public SharedMemoryFactAttribute()
    {
        if (!SharedSegment.IsSupported) Skip = "needs Linux and /dev/shm";
    }
}
