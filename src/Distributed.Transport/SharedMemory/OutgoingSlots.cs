using Distributed.Transport.Buffers;
using Distributed.Transport.Frames;

namespace Distributed.Transport.SharedMemory;

/// <summary>
/// This side's slots for tensors to the peer: created on demand, reused when the peer has read them. One caller at a time.
/// </summary>
/// <param name="limitBytes">Bytes of all slots. At the bound, or without memory, tensors go through the ring.</param>
internal sealed class OutgoingSlots(long limitBytes)
{
    private readonly TensorSlot?[] _slots = new TensorSlot?[SlotFrame.Slots];
    private readonly int[] _generations = new int[SlotFrame.Slots];
    private long _limitBytes = limitBytes;

    /// <summary>Bytes of the present slots.</summary>
    public long Bytes { get; private set; }

    /// <summary>Copies values into a free slot and returns its place; false when no slot is free and none can be created.</summary>
    public bool TryPut(ReadOnlySpan<float> values, out SlotFrame place)
    {
        place = default;
        var number = FindFree(values.Length);
        if (number < 0) number = Make(values.Length);
        if (number < 0) return false;
        var slot = _slots[number]!;
        slot.Put(values);
        place = new SlotFrame(number, _generations[number], slot.Handle);
        return true;
    }

    /// <summary>Frees a slot whose place was not posted.</summary>
    public void TakeBack(in SlotFrame place) => _slots[place.Slot]!.Free();

    /// <summary>The smallest free slot for a number of values that wastes at most half of it.</summary>
    private int FindFree(int length)
    {
        var best = -1;
        for (var i = 0; i < _slots.Length; i++)
        {
            if (_slots[i] is not { } slot || slot.Capacity < length || slot.Capacity / 2 > Math.Max(length, TensorBufferPool.SmallestClass)) continue;
            if ((best < 0 || slot.Capacity < _slots[best]!.Capacity) && slot.IsFree) best = i;
        }
        return best;
    }

    private int Make(int length)
    {
        var capacity = TensorBufferPool.ClassOf(length);
        var bytes = TensorSlot.BytesFor(capacity);
        var number = Array.IndexOf(_slots, null);
        // Free slots of other sizes, left by an earlier job, make room.
        for (var i = 0; i < _slots.Length && (number < 0 || Bytes + bytes > _limitBytes); i++)
        {
            if (_slots[i] is not { IsFree: true } spare) continue;
            Bytes -= spare.Bytes;
            _slots[i] = null;
            number = i;
        }
        if (number < 0 || Bytes + bytes > _limitBytes) return -1;
        if (TensorSlot.TryCreate(capacity, out _) is not { } slot)
        {
            _limitBytes = Bytes; // the machine has no more
            return -1;
        }
        Bytes += slot.Bytes;
        _slots[number] = slot;
        _generations[number]++;
        return number;
    }
}
