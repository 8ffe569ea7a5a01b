using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Distributed.Node.Naming;

/// <summary>
/// A question to a name server for the name of an address, and its answer (RFC 1035, RFC 3596). The C library cannot be asked: a container's
/// own hosts file answers for its own address with the container's id, which the other containers do not see when they ask.
/// </summary>
internal static class PointerQuery
{
    private const int HeaderBytes = 12;
    private const int LongestName = 255;
    private const ushort Pointer = 12;
    private const ushort Internet = 1;

    /// <summary>The question's packet.</summary>
    /// <param name="id">Repeated by the answer.</param>
    /// <param name="address">The address to look up.</param>
    public static byte[] Write(ushort id, IPAddress address)
    {
        var packet = new List<byte>([(byte)(id >> 8), (byte)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]); // recursion wished, one question
        foreach (var label in ReverseName(address).Split('.'))
        {
            packet.Add((byte)label.Length);
            packet.AddRange(Encoding.ASCII.GetBytes(label));
        }
        packet.AddRange([0, 0, (byte)Pointer, 0, (byte)Internet]);
        return [.. packet];
    }

    /// <summary>The name in the answer's first pointer record; null when the packet is no answer to the question, or damaged.</summary>
    public static string? Read(ReadOnlySpan<byte> packet, ushort id)
    {
        if (packet.Length < HeaderBytes || BinaryPrimitives.ReadUInt16BigEndian(packet) != id) return null;
        if ((packet[2] & 0x80) == 0 || (packet[3] & 0x0F) != 0) return null; // no answer, or one that says "no such name"
        int questions = BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
        int answers = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]);
        var at = HeaderBytes;
        for (; questions > 0; questions--)
        {
            if (ReadName(packet, ref at) is null) return null;
            at += 4;
        }
        for (; answers > 0; answers--)
        {
            if (ReadName(packet, ref at) is null || at + 10 > packet.Length) return null;
            var type = BinaryPrimitives.ReadUInt16BigEndian(packet[at..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(packet[(at + 8)..]);
            at += 10;
            if (type == Pointer) return ReadName(packet, ref at) is { Length: > 0 } name ? name : null;
            at += length;
        }
        return null;
    }

    private static string ReverseName(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        Array.Reverse(bytes);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? $"{string.Join('.', bytes)}.in-addr.arpa"
            : $"{string.Join('.', bytes.Select(b => $"{b & 15:x}.{b >> 4:x}"))}.ip6.arpa";
    }

    /// <summary>Reads labels up to the root; a label may be a jump back in the packet, and only back, so that reading ends.</summary>
    private static string? ReadName(ReadOnlySpan<byte> packet, ref int at)
    {
        var name = new StringBuilder();
        var (position, jumped) = (at, false);
        while (position < packet.Length)
        {
            int length = packet[position];
            if (length >= 0xC0)
            {
                if (position + 2 > packet.Length) return null;
                var target = BinaryPrimitives.ReadUInt16BigEndian(packet[position..]) & 0x3FFF;
                if (!jumped) at = position + 2;
                if (target >= position) return null;
                (position, jumped) = (target, true);
                continue;
            }
            if (length == 0)
            {
                if (!jumped) at = position + 1;
                return name.ToString();
            }
            if (length > 63 || position + 1 + length > packet.Length || name.Length + length > LongestName) return null;
            if (name.Length > 0) name.Append('.');
            name.Append(Encoding.ASCII.GetString(packet.Slice(position + 1, length)));
            position += 1 + length;
        }
        return null;
    }
}
