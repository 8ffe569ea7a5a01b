using Distributed.Tensors.Memory;

namespace Distributed.Transport.Buffers;

/// <summary>
/// Received values in memory of the pool until disposed. A new object for each use, so that disposing twice or late never takes
/// the memory away from its next user.
/// </summary>
internal sealed class TensorLease(TensorBufferPool pool, AlignedBuffer buffer, int length) : IDisposable
{
    private AlignedBuffer? _buffer = buffer;

    /// <summary>The values; not after <see cref="Dispose"/>.</summary>
    public Memory<float> Values => (_buffer ?? throw new ObjectDisposedException(nameof(TensorLease))).Memory[..length];

    /// <summary>Gives the memory back; a second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer) pool.Return(buffer);
    }
}
