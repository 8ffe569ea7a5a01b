using System.Buffers;
using Apache.Arrow.Memory;

namespace Distributed.Data.Formats;

/// <summary>
/// Memory for an Arrow reader: buffers that claim to be far larger than their file can unpack to are refused before they are there.
/// </summary>
/// <param name="fileBytes">The file's length.</param>
internal sealed class BoundedArrowMemory(long fileBytes) : MemoryAllocator(64)
{
    /// <summary>Compressed buffers of one value repeated shrink to a thousandth and less.</summary>
    private const long MostRatio = 2_000, Always = 64L << 20;

    private readonly long _most = Always + fileBytes * MostRatio;
    private long _used;

    /// <inheritdoc/>
    protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
    {
        if (length < 0 || length > _most - _used)
            throw new InvalidDataException($"a buffer claims {length} bytes in a file of {fileBytes}");
        bytesAllocated = length;
        _used += length;
        return new Owner(this, new byte[length]);
    }

    private sealed class Owner(BoundedArrowMemory memory, byte[] bytes) : IMemoryOwner<byte>
    {
        private bool _isReturned;

        public Memory<byte> Memory { get; } = bytes;

        public void Dispose()
        {
            memory._used -= _isReturned ? 0 : bytes.Length;
            _isReturned = true;
        }
    }
}
