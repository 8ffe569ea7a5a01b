using Distributed.Transport.Peers;

namespace Distributed.Transport.Frames;

/// <summary>
/// Gives a name a number (slot) for the frames that follow on the same connection; a later one for the same slot replaces it. As long as a
/// header (<see cref="FrameHeader.Size"/>), without payload: slot at 8, the text with its length at 15, checksum at 120.
/// </summary>
/// <param name="Slot">The number.</param>
/// <param name="Text">The name of a job or a worker (see <see cref="WireText"/>).</param>
public readonly record struct NameFrame(byte Slot, string Text)
{
    /// <summary>Numbers of a connection: what one peer can make another remember.</summary>
    public const int Slots = 256;

    private const int SlotAt = 8, TextAt = 15;

    /// <summary>Writes <see cref="FrameHeader.Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">The text may not travel.</exception>
    public void Write(Span<byte> bytes)
    {
        if (!WireText.IsValid(Text)) throw new ArgumentException($"'{Text}' is not 1 to {WireText.MaximumLength} visible ASCII characters.", nameof(bytes));
        bytes = bytes[..FrameHeader.Size];
        bytes.Clear();
        FrameHeaderFields.WriteBeginning(bytes, FrameKind.Name);
        bytes[SlotAt] = Slot;
        WireText.Write(bytes[TextAt..FrameHeader.ChecksumAt], Text);
        FrameHeaderFields.WriteChecksum(bytes);
    }

    /// <summary>Whether a header is of this kind; its checksum is not looked at.</summary>
    internal static bool IsOne(ReadOnlySpan<byte> bytes) => bytes[5] == (byte)FrameKind.Name;

    /// <summary>Reads a name; no exception for any bytes.</summary>
    /// <param name="bytes">At least <see cref="FrameHeader.Size"/> bytes.</param>
    /// <param name="frame">The name; only when true is returned.</param>
    /// <param name="reason">Why it is refused; null otherwise.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out NameFrame frame, out string? reason)
    {
        frame = default;
        reason = FrameHeaderFields.Check(bytes);
        if (reason is not null) return false;
        if (!IsOne(bytes)) reason = $"kind {bytes[5]} instead of a name";
        else if ((bytes[6] | bytes[7]) != 0 || bytes[(SlotAt + 1)..TextAt].ContainsAnyExcept((byte)0)) reason = "reserved bytes are not zero";
        else if (WireText.Read(bytes[TextAt..FrameHeader.ChecksumAt]) is not { } text) reason = "a name that is no visible ASCII";
        else frame = new NameFrame(bytes[SlotAt], text);
        return reason is null;
    }
}
