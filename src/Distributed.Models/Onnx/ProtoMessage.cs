using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Distributed.Models.Onnx;

/// <summary>
/// A message in Protocol Buffers' wire format (https://protobuf.dev/programming-guides/encoding), built field by field. Its length is known
/// before a byte is written, and weights are written from where they lie: a model is never in memory a second time.
/// </summary>
internal sealed class ProtoMessage
{
    /// <summary>The longest message that readers of the format take, and thus the longest model in one file.</summary>
    public const long LongestMessage = int.MaxValue;

    private const int Varint = 0, LengthDelimited = 2, Fixed32 = 5;
    private const int AtOnce = 1 << 16;

    private readonly List<(byte[] Bytes, ProtoMessage? Message, ReadOnlyMemory<float> Floats)> _pieces = [];

    /// <summary>Bytes of the fields that were added.</summary>
    public long Length { get; private set; }

    /// <summary>A whole number, not below 0.</summary>
    public ProtoMessage Integer(int field, long value)
    {
        var bytes = new List<byte>();
        AddVarint(bytes, (ulong)(field << 3 | Varint));
        AddVarint(bytes, (ulong)value);
        return Piece([.. bytes]);
    }

    /// <summary>A float32.</summary>
    public ProtoMessage Single(int field, float value)
    {
        var bytes = new List<byte>();
        AddVarint(bytes, (ulong)(field << 3 | Fixed32));
        Span<byte> fixedBytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(fixedBytes, value);
        bytes.AddRange(fixedBytes);
        return Piece([.. bytes]);
    }

    /// <summary>A text.</summary>
    public ProtoMessage Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Texts, one field each.</summary>
    public ProtoMessage Texts(int field, IEnumerable<string> values)
    {
        foreach (var value in values) Text(field, value);
        return this;
    }

    /// <summary>Bytes.</summary>
    public ProtoMessage Bytes(int field, byte[] value)
    {
        Header(field, value.Length);
        return Piece(value);
    }

    /// <summary>A message, complete by now: its length is written before it.</summary>
    public ProtoMessage Message(int field, ProtoMessage value)
    {
        Header(field, value.Length);
        _pieces.Add(([], value, default));
        Length += value.Length;
        return this;
    }

    /// <summary>Bytes that are float32 in little-endian order; the memory must not change until it is written.</summary>
    public ProtoMessage Floats(int field, ReadOnlyMemory<float> values)
    {
        var length = (long)values.Length * sizeof(float);
        Header(field, length);
        _pieces.Add(([], null, values));
        Length += length;
        return this;
    }

    /// <summary>Writes the message without its own length.</summary>
    public void WriteTo(Stream to)
    {
        foreach (var (bytes, message, floats) in _pieces)
        {
            to.Write(bytes);
            message?.WriteTo(to);
            WriteFloats(to, floats.Span);
        }
    }

    private static void WriteFloats(Stream to, ReadOnlySpan<float> values)
    {
        if (BitConverter.IsLittleEndian)
        {
            for (; values.Length > AtOnce; values = values[AtOnce..]) to.Write(MemoryMarshal.AsBytes(values[..AtOnce]));
            to.Write(MemoryMarshal.AsBytes(values));
            return;
        }

        Span<byte> bytes = stackalloc byte[sizeof(float)];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
            to.Write(bytes);
        }
    }

    private static void AddVarint(List<byte> to, ulong value)
    {
        for (; value >= 0x80; value >>= 7) to.Add((byte)(value | 0x80));
        to.Add((byte)value);
    }

    private void Header(int field, long length)
    {
        var bytes = new List<byte>();
        AddVarint(bytes, (ulong)(field << 3 | LengthDelimited));
        AddVarint(bytes, (ulong)length);
        Piece([.. bytes]);
    }

    private ProtoMessage Piece(byte[] bytes)
    {
        _pieces.Add((bytes, null, default));
        Length += bytes.Length;
        return this;
    }
}
