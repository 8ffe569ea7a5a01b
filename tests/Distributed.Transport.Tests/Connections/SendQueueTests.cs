using Distributed.Transport.Connections;

namespace Distributed.Transport.Tests.Connections;

public sealed class SendQueueTests
{
    private static OutgoingFrame Weights(long step, IDisposable? inUse = null, int block = 0) =>
        new(null, Frame.Weights(1, step: step, block: block), Frame.Worker, inUse);

    private static OutgoingFrame Gradient(long step, IDisposable? inUse = null) => new(Frame.Gradient(1, step: step), null, default, inUse);

    [Fact]
    public void Frames_leave_in_the_order_in_which_they_came()
    {
        var queue = new SendQueue(4, 2);
        for (var round = 0; round < 5; round++) // round the ring
        {
            for (var step = 0; step < 3; step++) Assert.True(queue.TryAdd(Gradient(step)));
            for (var step = 0; step < 3; step++)
            {
                Assert.True(queue.Take(out var frame));
                Assert.Equal(step, frame.Gradient!.Step);
            }
        }
    }

    [Fact]
    public void A_third_version_for_the_same_worker_discards_the_first_and_releases_it()
    {
        var queue = new SendQueue(100, 2);
        var leases = Enumerable.Range(0, 5).Select(_ => new CountedLease()).ToArray();
        for (var step = 0; step < 5; step++) Assert.True(queue.TryAdd(Weights(step, leases[step])));
        Assert.Equal([1, 1, 1, 0, 0], leases.Select(l => l.Disposals));
        Assert.Equal(3, queue.Superseded);
        queue.Take(out var frame);
        Assert.Equal(3, frame.Weights!.Step);
    }

    [Fact]
    public void Versions_of_other_blocks_do_not_count()
    {
        var queue = new SendQueue(100, 2);
        var lease = new CountedLease();
        for (var block = 0; block < 5; block++) Assert.True(queue.TryAdd(Weights(block, lease, block)));
        Assert.Equal(0, lease.Disposals);
    }

    [Fact]
    public void A_full_queue_refuses_and_leaves_the_lease_to_the_caller()
    {
        var queue = new SendQueue(2, 2);
        var lease = new CountedLease();
        Assert.True(queue.TryAdd(Gradient(0)));
        Assert.True(queue.TryAdd(Weights(1)));
        Assert.False(queue.TryAdd(Gradient(1, lease)));
        Assert.False(queue.TryAdd(Weights(0, lease)));
        Assert.Equal(0, lease.Disposals);
        Assert.True(queue.TryAdd(Weights(2, lease))); // in the place of version 1
        queue.Take(out var first);
        queue.Take(out var second);
        Assert.Equal(0, first.Gradient!.Step);
        Assert.Equal(2, second.Weights!.Step);
    }

    [Fact]
    public void What_waits_already_is_not_queued_again()
    {
        var queue = new SendQueue(2, 2);
        var lease = new CountedLease();
        Assert.True(queue.TryAdd(Gradient(5)));
        Assert.True(queue.TryAdd(Weights(5)));
        Assert.True(queue.TryAdd(Gradient(5, lease)));
        Assert.True(queue.TryAdd(Weights(5, lease)));
        Assert.Equal(2, lease.Disposals);
    }

    [Fact]
    public void Closing_releases_what_waits_and_ends_the_writers_wait()
    {
        var queue = new SendQueue(4, 2);
        var lease = new CountedLease();
        queue.TryAdd(Gradient(0, lease));
        queue.TryAdd(Gradient(1, lease));
        queue.Close();
        Assert.Equal(2, lease.Disposals);
        Assert.False(queue.Take(out _));
        Assert.False(queue.TryAdd(Gradient(2)));
        Assert.True(queue.WaitUntilEmpty(TimeSpan.Zero));
    }

    [Fact]
    public void Empty_means_that_the_last_frame_was_written()
    {
        var queue = new SendQueue(4, 2);
        Assert.True(queue.WaitUntilEmpty(TimeSpan.Zero));
        queue.TryAdd(Gradient(0));
        Assert.False(queue.WaitUntilEmpty(TimeSpan.Zero));
        queue.Take(out _);
        Assert.False(queue.WaitUntilEmpty(TimeSpan.Zero));
        queue.Written();
        Assert.True(queue.WaitUntilEmpty(TimeSpan.Zero));
    }

    [Fact]
    public void A_frame_passes_only_when_nothing_waits_and_nobody_writes()
    {
        var queue = new SendQueue(4, 2);
        Assert.True(queue.TryPass());
        Assert.False(queue.TryPass());
        Assert.True(queue.TryAdd(Gradient(0)));
        queue.Passed();
        Assert.False(queue.TryPass()); // one waits
        Assert.True(queue.Take(out _));
        Assert.False(queue.TryPass()); // the writer is at it
        queue.Written();
        Assert.True(queue.TryPass());
        queue.Passed();
        queue.Close();
        Assert.False(queue.TryPass());
    }

    [Fact]
    public async Task What_was_added_behind_a_passing_frame_waits_for_it()
    {
        var queue = new SendQueue(4, 2);
        Assert.True(queue.TryPass());
        Assert.True(queue.TryAdd(Gradient(7)));
        var hasPassed = false;
        var taking = Task.Run(() => queue.Take(out _) && Volatile.Read(ref hasPassed));
        Assert.False(queue.WaitUntilEmpty(TimeSpan.FromMilliseconds(20)));
        Volatile.Write(ref hasPassed, true);
        queue.Passed();
        Assert.True(await taking.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task A_closed_queue_waits_for_whoever_passes()
    {
        var queue = new SendQueue(4, 2);
        Assert.True(queue.TryPass());
        queue.Close();
        var waiting = Task.Run(queue.WaitForPasser);
        Assert.NotEqual(waiting, await Task.WhenAny(waiting, Task.Delay(20)));
        queue.Passed();
        await waiting.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
