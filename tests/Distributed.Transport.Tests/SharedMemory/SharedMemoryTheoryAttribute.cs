using Distributed.Transport.SharedMemory;

namespace Distributed.Transport.Tests;

/// <summary>As <see cref="SharedMemoryFactAttribute"/>, with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedMemoryTheoryAttribute : TheoryAttribute
{
    public SharedMemoryTheoryAttribute()
    {
        if (!SharedSegment.IsSupported) Skip = "needs Linux and /dev/shm";
    }
}
