using System.Buffers.Binary;

namespace Distributed.Transport.Frames;

/// <summary>
/// The slot of a frame's values in shared memory, in place of the values, <see cref="Size"/> bytes: the slot's number on this
/// connection at 0, how often that number was given before 4, the handle of its file in the sender's process 8, zero 12.
/// </summary>
internal readonly record struct SlotFrame(int Slot, int Generation, int Handle)
{
    public const int Size = 16;

    /// <summary>Bytes of a whole frame whose values lie in shared memory.</summary>
    public const int PostSize = FrameHeader.Size + Size + FrameHeader.TrailerSize;

    /// <summary>Maximum slots of one direction of a connection.</summary>
    public const int Slots = 64;

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes, Slot);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], Generation);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], Handle);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], 0);
    }

    /// <summary>Null when the bytes name a slot, otherwise the reason.</summary>
    public static string? TryRead(ReadOnlySpan<byte> bytes, out SlotFrame frame)
    {
        frame = new SlotFrame(
            BinaryPrimitives.ReadInt32LittleEndian(bytes),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]));
        if (frame.Slot is < 0 or >= Slots) return $"slot {frame.Slot} of shared memory; there are {Slots}";
        if (frame.Handle < 0) return $"a file's handle {frame.Handle}";
        return BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]) == 0 ? null : "reserved bytes are not zero";
    }
}
