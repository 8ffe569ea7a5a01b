using Distributed.Transport.Buffers;
using Distributed.Transport.Frames;

namespace Distributed.Transport.SharedMemory;

/// <summary>The slots that the peer puts tensors into, opened when it first names them. One caller at a time; leases are given back from any thread.</summary>
/// <param name="process">The peer's process.</param>
/// <param name="pool">Counts what is leased.</param>
internal sealed class IncomingSlots(int process, TensorBufferPool pool)
{
    private readonly TensorSlot?[] _slots = new TensorSlot?[SlotFrame.Slots];
    private readonly int[] _generations = new int[SlotFrame.Slots];

    /// <summary>Finds a tensor. Null when it is there, otherwise why not.</summary>
    /// <param name="place">Where the peer says that it lies.</param>
    /// <param name="elements">Its values.</param>
    /// <param name="values">They; not after the lease was disposed.</param>
    /// <param name="lease">Gives the slot back, once.</param>
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

    /// <summary>An object of its own for each use, so that disposing twice, or too late, never takes the memory away from its next user.</summary>
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
