using Distributed.Transport.Buffers;
using Distributed.Transport.Frames;

namespace Distributed.Transport.SharedMemory;

/// <summary>The peer's slots, opened when first named. One caller at a time; any thread may dispose a lease.</summary>
/// <param name="process">The peer's process.</param>
/// <param name="pool">Counts what is leased.</param>
internal sealed class IncomingSlots(int process, TensorBufferPool pool)
{
    private readonly TensorSlot?[] _slots = new TensorSlot?[SlotFrame.Slots];
    private readonly int[] _generations = new int[SlotFrame.Slots];

    /// <summary>Finds a tensor. Null when it is there, otherwise the reason.</summary>
    /// <param name="place">The slot that the peer names.</param>
    /// <param name="elements">Number of values.</param>
    /// <param name="values">The values, valid until the lease is disposed.</param>
    /// <param name="lease">Frees the slot, once.</param>
    public string? TryTake(in SlotFrame place, int elements, out Memory<float> values, out IDisposable? lease)
    {
        (values, lease) = (default, null);
        ref var slot = ref _slots[place.Slot];
        if (slot is null || _generations[place.Slot] != place.Generation)
        {
            slot = TensorSlot.TryOpen(process, place.Handle, out var failure);
            if (slot is null) return $"shared memory of the peer cannot be opened: {failure}";
            _generations[place.Slot] = place.Generation;
        }
        if (elements > slot.Capacity) return $"{elements} elements in shared memory for {slot.Capacity}";
        values = slot.Memory[..elements];
        lease = new Lease(slot, pool, elements);
        return null;
    }

    /// <summary>A new object for each use, so that disposing twice or late cannot free the slot under its next user.</summary>
    private sealed class Lease : IDisposable
    {
        private readonly TensorBufferPool _pool;
        private readonly long _bytes;
        private TensorSlot? _slot;

        public Lease(TensorSlot slot, TensorBufferPool pool, int elements)
        {
            (_slot, _pool, _bytes) = (slot, pool, (long)elements * sizeof(float));
            pool.CountElsewhere(_bytes);
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _slot, null) is not { } slot) return;
            _pool.CountElsewhere(-_bytes);
            slot.Free();
        }
    }
}
