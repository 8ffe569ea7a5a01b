using CsCheck;
using Distributed.Transport.Buffers;

namespace Distributed.Transport.Tests.Buffers;

public sealed class TensorBufferPoolTests
{
    private static readonly TimeSpan Never = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_returned_buffer_is_used_again()
    {
        var pool = new TensorBufferPool(1 << 20);
        var first = pool.Rent(1000, Never, default)!;
        Assert.Equal(1000, first.Values.Length);
        first.Values.Span[7] = 42;
        first.Dispose();
        Assert.Equal(0, pool.LeasedBytes);
        using var second = pool.Rent(990, Never, default)!;
        Assert.Equal(42, second.Values.Span[7]);
        Assert.Equal(0, pool.SpareBytes);
    }

    [Fact]
    public void Disposing_a_lease_twice_takes_nothing_from_its_next_user()
    {
        var pool = new TensorBufferPool(1 << 20);
        var first = pool.Rent(1000, Never, default)!;
        first.Dispose();
        using var second = pool.Rent(1000, Never, default)!;
        first.Dispose();
        using var third = pool.Rent(1000, Never, default)!;
        Assert.False(second.Values.Equals(third.Values));
        Assert.Throws<ObjectDisposedException>(() => first.Values);
    }

    [Fact]
    public async Task At_the_bound_a_reader_waits_until_a_lease_comes_back()
    {
        var pool = new TensorBufferPool(8192);
        var first = pool.Rent(2000, Never, default)!;
        var waiting = Task.Run(() => pool.Rent(2000, Never, default));
        Eventually.Holds(() => pool.Waiting == 1, "the second reader waits");
        Assert.False(waiting.IsCompleted);
        first.Dispose();
        Assert.NotNull(await waiting.WaitAsync(Never));
    }

    [Fact]
    public async Task Waiting_ends_with_the_connection_or_at_the_limit()
    {
        var pool = new TensorBufferPool(8192);
        using var first = pool.Rent(2000, Never, default);
        Assert.Null(pool.Rent(2000, TimeSpan.FromMilliseconds(1), default));
        using var closed = new CancellationTokenSource();
        var waiting = Task.Run(() => pool.Rent(2000, Never, closed.Token));
        Eventually.Holds(() => pool.Waiting == 1, "the reader waits");
        await closed.CancelAsync();
        Assert.Null(await waiting.WaitAsync(Never));
    }

    [Fact]
    public void Spare_buffers_of_other_lengths_make_room()
    {
        var pool = new TensorBufferPool(64 << 10);
        for (var length = 1000; length < 8000; length += 1000) pool.Rent(length, Never, default)!.Dispose();
        using var large = pool.Rent(15_000, TimeSpan.FromMilliseconds(1), default);
        Assert.NotNull(large);
        Assert.True(pool.LeasedBytes + pool.SpareBytes <= 64 << 10);
    }

    [Fact]
    public void A_size_class_holds_its_lengths_and_wastes_at_most_a_fifth() =>
        Gen.OneOf(Gen.Int[1, 5000], Gen.Int[1, 1 << 28]).Sample(length =>
        {
            var size = TensorBufferPool.ClassOf(length);
            Assert.True(size >= length);
            Assert.True(length <= 256 || size - length <= size / 5);
            Assert.Equal(size, TensorBufferPool.ClassOf(size));
        });
}
