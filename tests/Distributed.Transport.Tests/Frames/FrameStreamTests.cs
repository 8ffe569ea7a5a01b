using CsCheck;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;
using Distributed.Transport.Buffers;
using Distributed.Transport.Channels;
using Distributed.Transport.Frames;
using Distributed.Transport.Messages;

namespace Distributed.Transport.Tests.Frames;

/// <summary>Writer against reader, without a socket.</summary>
public sealed class FrameStreamTests
{
    [Fact]
    public void Frames_of_any_length_come_back_bit_for_bit() =>
        Gen.Select(Gen.OneOf(Gen.Int[0, 70], Gen.Int[3900, 4200], Gen.Int[0, 70_000]).Array[1, 6], Gen.Int).Sample((lengths, seed) =>
        {
            var sent = lengths.Select((length, i) => Frame.Gradient(length, seed: i + 1, step: i)).ToArray();
            var channel = new MemoryChannel([]);
            var writer = new FrameWriter(channel, FrameLimits.Default.MaximumPayloadBytes);
            foreach (var gradient in sent) writer.Write(gradient);
            Assert.Equal(channel.Sent.Length, writer.BytesWritten);

            var reader = Reader(channel.Sent, seed, out var pool);
            foreach (var gradient in sent)
            {
                Assert.Null(reader.Next(out var frame));
                Assert.True(Frame.IsSame(gradient, frame.Gradient!));
                frame.Lease.Dispose();
            }
            Assert.NotNull(reader.Next(out _));
            Assert.True(reader.EndedBetweenFrames);
            Assert.Equal(channel.Sent.Length, reader.BytesRead);
            Assert.Equal(0, pool.LeasedBytes);
        }, iter: 300);

    [Fact]
    public void Tensors_above_the_limit_of_a_frame_travel_in_several_and_come_back_bit_for_bit() =>
        Gen.Select(Gen.Int[0, 30_000].Array[1, 4], Gen.Int[4, 20_000], Gen.Bool, Gen.Int).Sample((lengths, limit, isHalf, seed) =>
        {
            var sent = lengths.Select((length, i) => Frame.Gradient(length, seed: i + 1, step: i)).Select(g => isHalf ? Frame.Rounded(g) : g).ToArray();
            var channel = new MemoryChannel([]);
            var writer = new FrameWriter(channel, limit);
            foreach (var gradient in sent) Assert.True(writer.Write(gradient));
            var bytes = isHalf ? sizeof(ushort) : sizeof(float);
            var frames = lengths.Sum(length => Math.Max(1, (length + limit / bytes - 1) / (limit / bytes)));
            Assert.Equal(FrameHeader.Size + 136L * frames + lengths.Sum(length => (long)length * bytes), writer.BytesWritten);

            var pool = new TensorBufferPool(64 << 20);
            var reader = new FrameReader(new MemoryChannel(channel.Sent, seed), pool, new FrameLimits(limit), TimeSpan.FromSeconds(1), default);
            foreach (var gradient in sent)
            {
                Assert.Null(reader.Next(out var frame));
                Assert.True(Frame.IsSame(gradient, frame.Gradient!));
                frame.Lease.Dispose();
            }
            Assert.NotNull(reader.Next(out _));
            Assert.True(reader.EndedBetweenFrames);
            Assert.Equal(channel.Sent.Length, reader.BytesRead);
            Assert.Equal(0, pool.LeasedBytes);
        }, iter: 200);

    [Fact]
    public void Bfloat16_gradients_take_half_the_bytes_and_come_back_bit_for_bit()
    {
        int[] lengths = [0, 1, 15, 33, 8121, 70_001];
        var sent = lengths.Select((length, i) => Frame.Rounded(Frame.Gradient(length, seed: i + 1, step: i))).ToArray();
        var channel = new MemoryChannel([]);
        var writer = new FrameWriter(channel, FrameLimits.Default.MaximumPayloadBytes);
        foreach (var gradient in sent) writer.Write(gradient);
        Assert.Equal(FrameHeader.Size + lengths.Length * 136 + 2 * lengths.Sum(), writer.BytesWritten);

        var reader = Reader(channel.Sent, 1, out _);
        foreach (var gradient in sent)
        {
            Assert.Null(reader.Next(out var frame));
            Assert.True(Frame.IsSame(gradient, frame.Gradient!));
            frame.Lease.Dispose();
        }
    }

    [Theory]
    [InlineData(100, "a tensor that begins with its element 100")] // its middle first
    [InlineData(0, "a frame of something else in the middle of a tensor")] // its beginning twice
    public void A_piece_that_does_not_go_on_where_the_last_one_ended_is_refused(int offset, string expected)
    {
        var bytes = new byte[2 * FrameHeader.Size + 400 + FrameHeader.TrailerSize + FrameHeader.Size];
        new NameFrame(0, "job").Write(bytes);
        var header = new FrameHeader(FrameKind.PushGradient, 0, 0, 1, 1, 1, new ReductionNode(0, 1), 300, default) { Offset = offset, Count = 100 };
        header.Write(bytes.AsSpan(FrameHeader.Size));
        var frame = bytes.AsSpan(FrameHeader.Size, FrameHeader.Size + 400);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(
            bytes.AsSpan(2 * FrameHeader.Size + 400), System.IO.Hashing.XxHash3.HashToUInt64(frame));
        header.Write(bytes.AsSpan(2 * FrameHeader.Size + 400 + FrameHeader.TrailerSize));
        Assert.Equal(expected, Reader(bytes, 1, out var pool).Next(out _));
        Assert.Equal(0, pool.LeasedBytes);
    }

    [Fact]
    public void More_names_than_numbers_stay_apart()
    {
        var channel = new MemoryChannel([]);
        var writer = new FrameWriter(channel, FrameLimits.Default.MaximumPayloadBytes);
        var workers = Enumerable.Range(0, 1000).Select(i => new WorkerId($"worker-{i * 7919 % 1000}")).ToArray();
        foreach (var worker in workers) writer.Write(worker, Frame.Weights(5, seed: 3));
        foreach (var worker in workers.Reverse()) writer.Write(worker, Frame.Weights(5, seed: 4) with { Job = new JobId($"job-{worker.Value[7..]}") });

        var reader = Reader(channel.Sent, 1, out _);
        foreach (var worker in workers.Concat(workers.Reverse()))
        {
            Assert.Null(reader.Next(out var frame));
            Assert.Equal(worker, frame.To);
            Assert.True(frame.Weights!.Job == Frame.Job || frame.Weights.Job.Value == $"job-{worker.Value[7..]}");
            frame.Lease.Dispose();
        }
    }

    [Fact]
    public void A_name_that_was_never_introduced_is_refused()
    {
        var bytes = new byte[FrameHeader.Size + FrameHeader.TrailerSize];
        new FrameHeader(FrameKind.PushGradient, 7, 0, 1, 1, 1, new ReductionNode(0, 1), 0, default).Write(bytes);
        Assert.Equal("no job has the number 7", Reader(bytes, 1, out _).Next(out _));
    }

    [Fact]
    public void A_workers_name_is_no_jobs_name()
    {
        var bytes = new byte[2 * FrameHeader.Size + FrameHeader.TrailerSize];
        new NameFrame(7, "Not_a_job").Write(bytes);
        new FrameHeader(FrameKind.PushGradient, 7, 0, 1, 1, 1, new ReductionNode(0, 1), 0, default).Write(bytes.AsSpan(FrameHeader.Size));
        Assert.Equal("no job has the number 7", Reader(bytes, 1, out _).Next(out _));
    }

    [Fact]
    public void A_small_frame_is_one_call_to_the_kernel_and_costs_136_bytes_beside_its_values()
    {
        var channel = new CountingChannel();
        var writer = new FrameWriter(channel, FrameLimits.Default.MaximumPayloadBytes);
        writer.Write(Frame.Gradient(2065, step: 1));
        var (calls, bytes) = (channel.Calls, writer.BytesWritten);
        writer.Write(Frame.Gradient(2065, step: 2));
        Assert.Equal(1, channel.Calls - calls);
        Assert.Equal(2065 * sizeof(float) + 136, writer.BytesWritten - bytes);
    }

    private static FrameReader Reader(byte[] bytes, int seed, out TensorBufferPool pool) => new(
        new MemoryChannel(bytes, seed), pool = new TensorBufferPool(64 << 20), FrameLimits.Default, TimeSpan.FromSeconds(1), default);

    private sealed class CountingChannel : ByteChannel
    {
        public int Calls { get; private set; }

        public override int Receive(Span<byte> into) => 0;

        public override bool Send(ReadOnlySpan<byte> bytes)
        {
            Calls++;
            return true;
        }

        public override void Free()
        {
        }

        protected override void Shut()
        {
        }
    }
}
