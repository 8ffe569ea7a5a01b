using CsCheck;
using Distributed.Learning.Metrics;
using Distributed.Protocol.Planning;
using Distributed.Transport.Frames;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Tests.Frames;

public sealed class FrameHeaderTests
{
    private static readonly Gen<double> Bits = Gen.ULong.Select(BitConverter.UInt64BitsToDouble);
    private static readonly Gen<long> Rising = Gen.Long[0, long.MaxValue];

    internal static readonly Gen<FrameHeader> Headers = Gen.Select(
        Gen.Select(Gen.Bool, Gen.Byte, Gen.Byte, Gen.Int[0, BlockLayout.MaximumBlocks - 1]),
        Gen.Select(Rising, Rising, Gen.Int[0, int.MaxValue / 2], Gen.Int[1, int.MaxValue / 2]),
        Gen.Int[0, FrameLimits.Default.MaximumPayloadBytes / sizeof(float)],
        Gen.Select(Bits.Array[6], Rising, Rising, Gen.Int[0, int.MaxValue]))
        .Select((names, place, elements, metrics) => names.Item1
            ? new FrameHeader(FrameKind.WeightsUpdated, names.Item2, names.Item3, names.Item4, place.Item1, place.Item2, default, elements, default)
            : new FrameHeader(
                FrameKind.PushGradient, names.Item2, 0, names.Item4, place.Item1, place.Item2, new ReductionNode(place.Item3, place.Item4), elements,
                new ShardMetrics
                {
                    LossSum = metrics.Item1[0],
                    Divisor = metrics.Item1[1],
                    AbsoluteErrorSum = metrics.Item1[2],
                    SquaredErrorSum = metrics.Item1[3],
                    TargetSum = metrics.Item1[4],
                    TargetSquareSum = metrics.Item1[5],
                    Samples = metrics.Item2,
                    Correct = metrics.Item3,
                    FirstBadShard = metrics.Item4,
                }))
        .SelectMany(header => Gen.Select(Gen.Bool, Gen.Int[0, header.Elements], Gen.Int[0, header.Elements]).Select((isHalf, a, b) =>
            header with
            {
                Format = isHalf && header.Kind == FrameKind.PushGradient ? ElementFormat.BFloat16 : ElementFormat.Float32,
                Offset = a == b ? 0 : Math.Min(a, b),
                Count = a == b ? header.Elements : Math.Abs(a - b),
            }));

    [Fact]
    public void Any_header_comes_back_bit_for_bit() => Headers.Sample(header =>
    {
        var bytes = new byte[FrameHeader.Size];
        var again = new byte[FrameHeader.Size];
        header.Write(bytes);
        Assert.True(FrameHeader.TryRead(bytes, FrameLimits.Default, out var read, out var reason), reason);
        read.Write(again);
        Assert.Equal(header, read);
        Assert.Equal(bytes, again); // NaN payloads and negative zeros too
    });

    [Fact]
    public void A_damaged_header_is_refused_with_a_reason_and_never_throws() =>
        Gen.Select(Headers, Gen.Int[0, FrameHeader.Size - 1], Gen.Byte[1, 255]).Sample((header, place, change) =>
        {
            var bytes = new byte[FrameHeader.Size];
            header.Write(bytes);
            bytes[place] ^= change;
            Assert.False(FrameHeader.TryRead(bytes, FrameLimits.Default, out _, out var reason));
            Assert.NotNull(reason);
        });

    /// <summary>A sender that means it: the checksum is right, the content is not.</summary>
    [Theory]
    [InlineData(4, 4, "version 4")]
    [InlineData(5, 9, "kind 9")]
    [InlineData(6, 2, "format 2")]
    [InlineData(7, 2, "flags")]
    [InlineData(11, 0x80, "elements")]
    [InlineData(11, 0x7f, "elements")]
    [InlineData(12, 1, "offset")]
    [InlineData(15, 0x80, "offset")]
    [InlineData(116, 0, "a piece of 0")]
    [InlineData(18, 1, "block")]
    [InlineData(23, 0x80, "reduction node")]
    [InlineData(27, 0x7f, "reduction node")]
    [InlineData(27, 0x80, "reduction node")]
    [InlineData(29, 1, "worker")]
    [InlineData(30, 1, "reserved")]
    [InlineData(39, 0x80, "lineage")]
    [InlineData(47, 0x80, "step")]
    [InlineData(71, 0x80, "metrics")]
    [InlineData(79, 0x80, "metrics")]
    [InlineData(115, 0xff, "metrics")]
    [InlineData(116, 1, "bytes for")]
    public void A_field_that_makes_no_sense_is_refused_although_its_checksum_is_right(int place, byte value, string expected)
    {
        var bytes = new byte[FrameHeader.Size];
        new FrameHeader(FrameKind.PushGradient, 0, 0, 1, 1, 1, new ReductionNode(int.MaxValue - 9, 1), 8, default).Write(bytes);
        bytes[place] = value;
        FrameHeaderFields.WriteChecksum(bytes);
        Assert.False(FrameHeader.TryRead(bytes, FrameLimits.Default, out _, out var reason));
        Assert.Contains(expected, reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_a_whole_tensor_of_float32_lies_in_shared_memory()
    {
        var bytes = new byte[FrameHeader.Size];
        var whole = new FrameHeader(FrameKind.PushGradient, 0, 0, 1, 1, 1, new ReductionNode(0, 1), 8, default) { IsInSharedMemory = true };
        whole.Write(bytes);
        Assert.True(FrameHeader.TryRead(bytes, FrameLimits.Default, out var read, out _));
        Assert.Equal(whole, read);
        Assert.Throws<ArgumentException>(() => (whole with { Count = 7 }).Write(bytes));
        Assert.Throws<ArgumentException>(() => (whole with { Format = ElementFormat.BFloat16 }).Write(bytes));
        Assert.Throws<ArgumentException>(() => (whole with { Elements = 0, Count = 0 }).Write(bytes));
    }

    [Fact]
    public void More_values_than_the_limit_are_refused()
    {
        var bytes = new byte[FrameHeader.Size];
        new FrameHeader(FrameKind.WeightsUpdated, 0, 0, 1, 1, 1, default, 26, default).Write(bytes);
        Assert.True(FrameHeader.TryRead(bytes, new FrameLimits(104), out _, out _));
        Assert.False(FrameHeader.TryRead(bytes, new FrameLimits(103), out _, out var reason));
        Assert.Contains("limit", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_bytes_are_refused()
    {
        Assert.False(FrameHeader.TryRead(new byte[FrameHeader.Size - 1], FrameLimits.Default, out _, out _));
        Assert.False(NameFrame.TryRead([], out _, out _));
    }

    [Fact]
    public void A_header_that_no_receiver_would_take_is_not_written()
    {
        var header = new FrameHeader(FrameKind.PushGradient, 0, 0, 1, -1, 1, new ReductionNode(0, 1), 8, default);
        Assert.Throws<ArgumentException>(() => header.Write(new byte[FrameHeader.Size]));
    }

    [Fact]
    public void Any_name_comes_back_and_anything_else_is_not_written() =>
        Gen.Select(Gen.Byte, Gen.OneOf(Gen.String[Gen.Char['!', '~'], 1, WireText.MaximumLength], Gen.String[0, 120])).Sample((slot, text) =>
        {
            var bytes = new byte[FrameHeader.Size];
            if (!WireText.IsValid(text))
            {
                Assert.Throws<ArgumentException>(() => new NameFrame(slot, text).Write(bytes));
                return;
            }
            new NameFrame(slot, text).Write(bytes);
            Assert.True(NameFrame.TryRead(bytes, out var read, out var reason), reason);
            Assert.Equal(new NameFrame(slot, text), read);
            Assert.False(FrameHeader.TryRead(bytes, FrameLimits.Default, out _, out _));
        });
}
