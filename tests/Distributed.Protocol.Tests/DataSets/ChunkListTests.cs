using System.Buffers.Binary;
using System.Security.Cryptography;
using Distributed.Protocol.Datasets;

namespace Distributed.Protocol.Tests.DataSets;

public sealed class ChunkListTests
{
    [Theory]
    [InlineData(4, 1)]
    [InlineData(ChunkList.ChunkBytes, 1)]
    [InlineData(ChunkList.ChunkBytes + 4, 2)]
    [InlineData(3 * ChunkList.ChunkBytes - 8, 3)]
    public void Each_chunk_is_known_by_its_own_hash(int length, int chunks)
    {
        var file = Bytes(length);
        var list = ChunkList.Of(length, (place, into) => file.AsMemory((int)place, into.Length).CopyTo(into));
        Assert.Equal((length, chunks), ((int)list.Length, list.Count));
        Assert.Equal(length, Enumerable.Range(0, chunks).Sum(list.LengthOf));
        for (var i = 0; i < chunks; i++)
        {
            var chunk = file.AsSpan((int)ChunkList.PlaceOf(i), list.LengthOf(i)).ToArray();
            Assert.True(list.IsRight(i, chunk));
            chunk[chunk.Length / 2] ^= 1;
            Assert.False(list.IsRight(i, chunk));
            Assert.False(list.IsRight(i, chunk.AsSpan(1)));
        }
        Assert.False(list.IsRight(chunks, file.AsSpan(0, 4)));
        Assert.False(list.IsRight(-1, file.AsSpan(0, 4)));
    }

    [Fact]
    public void What_was_written_is_read_and_has_the_same_root()
    {
        var list = ChunkList.Of(12, (_, into) => into.Span.Fill(7));
        var read = ChunkList.Read(list.Bytes.Span, out var reason);
        Assert.Null(reason);
        Assert.Equal(list.Root, read!.Root);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(list.Bytes.Span)), read.Root);
    }

    [Theory]
    [InlineData(0, 0)] // an empty file
    [InlineData(0, 13)] // not a whole number of values
    [InlineData(0, -4)]
    [InlineData(0, long.MaxValue - 3)] // more chunks than a list can hold
    [InlineData(0, 8L << 20)] // a length that does not match its chunks
    [InlineData(8, 1 << 19)] // another chunk length
    [InlineData(12, 1)] // reserved bytes
    public void A_damaged_list_is_refused(int place, long value)
    {
        var bytes = ChunkList.Of(12, (_, into) => into.Span.Fill(7)).Bytes.ToArray();
        if (place == 0) BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        else BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(place), (int)value);
        Assert.Null(ChunkList.Read(bytes, out var reason));
        Assert.NotNull(reason);
        Assert.Null(ChunkList.Read(bytes.AsSpan(0, 20), out _));
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++) bytes[i] = (byte)(i * 31 >> 3);
        return bytes;
    }
}
