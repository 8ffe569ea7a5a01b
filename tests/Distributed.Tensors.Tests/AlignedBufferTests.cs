using Distributed.Tensors.Memory;

namespace Distributed.Tensors.Tests;

public sealed class AlignedBufferTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(1003)]
    public void It_begins_on_a_cache_line_with_zeros(int length)
    {
        var buffer = new AlignedBuffer(length);
        unsafe
        {
            Assert.Equal(0u, (nuint)buffer.Pointer % 64);
        }

        Assert.Equal(length, buffer.Span.Length);
        Assert.DoesNotContain(buffer.Span.ToArray(), value => value != 0);
    }

    [Fact]
    public void A_part_finds_the_buffer_that_it_lies_in()
    {
        var buffer = new AlignedBuffer(100);
        foreach (var (at, count) in new[] { (0, 100), (0, 40), (40, 60), (99, 1) })
        {
            Assert.True(AlignedBuffer.TryFind(buffer.Memory.Slice(at, count), 100, at, out var whole));
            Assert.True(whole.Equals(buffer.Memory));
        }
    }

    [Fact]
    public void What_lies_elsewhere_or_at_another_place_finds_nothing()
    {
        var buffer = new AlignedBuffer(100);
        Assert.False(AlignedBuffer.TryFind(buffer.Memory[..40], 101, 0, out _)); // of another length
        Assert.False(AlignedBuffer.TryFind(buffer.Memory[..40], 100, 99, out _)); // would end outside
        Assert.False(AlignedBuffer.TryFind(new float[40], 100, 0, out _));
        Assert.False(AlignedBuffer.TryFind(new AlignedBuffer(40).Memory, 100, 60, out _));
    }
}
