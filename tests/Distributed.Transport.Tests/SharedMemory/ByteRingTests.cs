using Distributed.Transport.SharedMemory;
using Xunit.Abstractions;

namespace Distributed.Transport.Tests;

public sealed unsafe class ByteRingTests(ITestOutputHelper output)
{
    private readonly SharedSegment _segment = SharedSegment.TryCreate(ByteRing.SegmentBytes, out _)!;

    [SharedMemoryFact]
    public void Whatever_the_pieces_the_bytes_come_out_as_they_went_in()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (writer, reader) = (new ByteRing(_segment.Start), new ByteRing(_segment.Start));
        var oracle = new Queue<byte>();
        var buffer = new byte[ByteRing.Capacity + 1000];
        for (var i = 0; i < 3000; i++)
        {
            var piece = buffer.AsSpan(0, random.Next(10) == 0 ? random.Next(buffer.Length) : random.Next(5000));
            if (random.Next(2) == 0)
            {
                random.NextBytes(piece);
                var written = writer.Write(piece);
                Assert.Equal(Math.Min(piece.Length, ByteRing.Capacity - oracle.Count), written);
                foreach (var b in piece[..written]) oracle.Enqueue(b);
            }
            else
            {
                var read = reader.Read(piece);
                Assert.Equal(Math.Min(piece.Length, oracle.Count), read);
                foreach (var b in piece[..read]) Assert.Equal(oracle.Dequeue(), b);
            }
            Assert.Equal(oracle.Count == 0, reader.IsEmpty);
            Assert.Equal(oracle.Count == ByteRing.Capacity, writer.IsFull);
        }
    }

    [SharedMemoryFact]
    public void A_waiting_reader_is_woken_once_until_it_has_heard_the_bell()
    {
        var (writer, reader) = (new ByteRing(_segment.Start), new ByteRing(_segment.Start));
        writer.Write(new byte[10]);
        Assert.False(writer.IsReaderToWake()); // it does not wait
        reader.AnnounceReader();
        Assert.True(writer.IsReaderToWake());
        Assert.False(writer.IsReaderToWake());
        reader.AnnounceReader(); // again, without having heard the bell: that is still on its way
        Assert.False(writer.IsReaderToWake());
        reader.HearReaderBell();
        reader.AnnounceReader();
        Assert.True(writer.IsReaderToWake());
    }

    [SharedMemoryFact]
    public void A_waiting_writer_is_woken_when_half_of_the_ring_is_free()
    {
        var (writer, reader) = (new ByteRing(_segment.Start), new ByteRing(_segment.Start));
        Assert.Equal(ByteRing.Capacity, writer.Write(new byte[ByteRing.Capacity + 1]));
        Assert.True(writer.IsFull);
        writer.AnnounceWriter();
        Assert.Equal(ByteRing.Capacity / 2 - 1, reader.Read(new byte[ByteRing.Capacity / 2 - 1]));
        Assert.False(reader.IsWriterToWake());
        Assert.Equal(1, reader.Read(new byte[1]));
        Assert.True(reader.IsWriterToWake());
        Assert.False(reader.IsWriterToWake());
        writer.HearWriterBell();
        writer.AnnounceWriter();
        Assert.True(reader.IsWriterToWake());
    }

    [SharedMemoryTheory]
    [InlineData(-1)]
    [InlineData(ByteRing.Capacity + 1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_position_that_cannot_be_is_found_out(long position)
    {
        var ring = new ByteRing(_segment.Start);
        ((long*)_segment.Start)[0] = position; // written, as the other side says
        Assert.Equal(-1, ring.Read(new byte[100]));
        ((long*)_segment.Start)[8] = position; // read
        Assert.Equal(-1, ring.Write(new byte[100]));
    }

    [SharedMemoryFact]
    public void A_file_of_another_length_is_no_segment()
    {
        Assert.Null(SharedSegment.TryOpen(Environment.ProcessId, _segment.Handle, ByteRing.SegmentBytes + 1, out var failure));
        Assert.Contains($"{ByteRing.SegmentBytes}", failure!, StringComparison.Ordinal);
        Assert.Null(SharedSegment.TryOpen(Environment.ProcessId, int.MaxValue, ByteRing.SegmentBytes, out failure));
        Assert.NotNull(failure);
    }

    [SharedMemoryFact]
    public void Another_file_of_the_peer_is_never_opened()
    {
        var path = Path.GetTempFileName();
        try
        {
            using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
            file.SetLength(ByteRing.SegmentBytes);
            var handle = file.SafeFileHandle.DangerousGetHandle().ToInt32();
            Assert.Null(SharedSegment.TryOpen(Environment.ProcessId, handle, ByteRing.SegmentBytes, out var failure));
            Assert.Contains("is no such memory", failure!, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [SharedMemoryFact]
    public void Nothing_of_a_segment_has_a_name() =>
        Assert.DoesNotContain(Directory.GetFiles("/dev/shm", "distributed-*"), path => new FileInfo(path).Length == ByteRing.SegmentBytes);
}
