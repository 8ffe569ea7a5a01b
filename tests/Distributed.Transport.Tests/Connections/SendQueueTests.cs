using Distributed.Protocol.Messages;
using Distributed.Transport.Connections;
using Distributed.Transport.Messages;

namespace Distributed.Transport.Tests.Connections;

public sealed class SendQueueTests
{
    private readonly Sent _sent = new();

    private static OutgoingWeights Weights(long step, IDisposable? inUse = null, int block = 0) =>
        new(Frame.Worker, Frame.Weights(1, step: step, block: block), inUse);

    private static OutgoingGradient Gradient(long step, IDisposable? inUse = null) => new(Frame.Gradient(1, step: step), inUse);

    private static OutgoingChunk Chunk(int index, IDisposable? inUse = null) => new(new DataChunk("data", index, new float[1], null), inUse);

    [Fact]
    public void Messages_leave_in_the_order_in_which_they_came()
    {
        var queue = new SendQueue(4, 2);
        for (var round = 0; round < 5; round++) // round the ring
        {
            for (var step = 0; step < 3; step++) Assert.True(queue.TryAdd(Gradient(step)));
            for (var step = 0; step < 3; step++) Assert.True(queue.SendNext(_sent));
        }
        Assert.Equal(Enumerable.Repeat(new[] { "gradient 0", "gradient 1", "gradient 2" }, 5).SelectMany(round => round), _sent.Messages);
    }

    [Fact]
    public void Messages_of_all_kinds_leave_in_the_order_in_which_they_came()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var queue = new SendQueue(40, 40);
        var expected = new List<string>();
        for (var step = 0; step < 1000; step++)
        {
            var kind = random.Next(3);
            expected.Add($"{(kind == 0 ? "gradient" : kind == 1 ? "weights" : "chunk")} {step}");
            Assert.True(kind == 0 ? queue.TryAdd(Gradient(step)) : kind == 1 ? queue.TryAdd(Weights(step)) : queue.TryAdd(Chunk(step)));
            // Between half full and full.
            for (var left = random.Next(21); expected.Count - _sent.Messages.Count > 20 && left > 0; left--) Assert.True(queue.SendNext(_sent));
            if (expected.Count - _sent.Messages.Count == 40) Assert.True(queue.SendNext(_sent));
        }
        while (_sent.Messages.Count < expected.Count) Assert.True(queue.SendNext(_sent));
        Assert.True(expected.SequenceEqual(_sent.Messages), $"seed {seed}: another order");
    }

    [Fact]
    public void A_third_version_for_the_same_worker_discards_the_first_and_releases_it()
    {
        var queue = new SendQueue(100, 2);
        var leases = Enumerable.Range(0, 5).Select(_ => new CountedLease()).ToArray();
        for (var step = 0; step < 5; step++) Assert.True(queue.TryAdd(Weights(step, leases[step])));
        Assert.Equal([1, 1, 1, 0, 0], leases.Select(l => l.Disposals));
        Assert.Equal(3, queue.Superseded);
        queue.SendNext(_sent);
        Assert.Equal(["weights 3"], _sent.Messages);
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
        Assert.False(queue.TryAdd(Chunk(0, lease)));
        Assert.Equal(0, lease.Disposals);
        Assert.True(queue.TryAdd(Weights(2, lease))); // in the place of version 1
        queue.SendNext(_sent);
        queue.SendNext(_sent);
        Assert.Equal(["gradient 0", "weights 2"], _sent.Messages);
    }

    [Fact]
    public void What_waits_already_is_not_queued_again()
    {
        var queue = new SendQueue(3, 2);
        var lease = new CountedLease();
        Assert.True(queue.TryAdd(Gradient(5)));
        Assert.True(queue.TryAdd(Weights(5)));
        Assert.True(queue.TryAdd(Chunk(5)));
        Assert.True(queue.TryAdd(Gradient(5, lease)));
        Assert.True(queue.TryAdd(Weights(5, lease)));
        Assert.True(queue.TryAdd(Chunk(5, lease)));
        Assert.Equal(3, lease.Disposals);
    }

    [Fact]
    public void Closing_releases_what_waits_and_ends_the_writers_wait()
    {
        var queue = new SendQueue(4, 2);
        var lease = new CountedLease();
        queue.TryAdd(Gradient(0, lease));
        queue.TryAdd(Weights(1, lease));
        queue.TryAdd(Chunk(2, lease));
        queue.Close();
        Assert.Equal(3, lease.Disposals);
        Assert.False(queue.SendNext(_sent));
        Assert.False(queue.TryAdd(Gradient(2)));
        Assert.True(queue.WaitUntilEmpty(TimeSpan.Zero));
    }

    [Fact]
    public void Empty_means_that_the_last_message_was_written()
    {
        var queue = new SendQueue(4, 2);
        Assert.True(queue.WaitUntilEmpty(TimeSpan.Zero));
        queue.TryAdd(Gradient(0));
        Assert.False(queue.WaitUntilEmpty(TimeSpan.Zero));
        _sent.During = () => Assert.False(queue.WaitUntilEmpty(TimeSpan.Zero));
        Assert.True(queue.SendNext(_sent));
        Assert.True(queue.WaitUntilEmpty(TimeSpan.Zero));
    }

    [Fact]
    public void The_end_of_the_channel_ends_sending()
    {
        var queue = new SendQueue(4, 2);
        queue.TryAdd(Gradient(0));
        _sent.HasEnded = true;
        Assert.False(queue.SendNext(_sent));
        Assert.True(queue.WaitUntilEmpty(TimeSpan.Zero));
    }

    [Fact]
    public void A_message_passes_only_when_none_waits_and_none_is_written()
    {
        var queue = new SendQueue(4, 2);
        Assert.True(queue.TryPass());
        Assert.False(queue.TryPass());
        Assert.True(queue.TryAdd(Gradient(0)));
        queue.Passed();
        Assert.False(queue.TryPass()); // one waits
        _sent.During = () => Assert.False(queue.TryPass()); // the writer is at it
        Assert.True(queue.SendNext(_sent));
        Assert.True(queue.TryPass());
        queue.Passed();
        queue.Close();
        Assert.False(queue.TryPass());
    }

    [Fact]
    public async Task What_was_added_behind_a_passing_message_waits_for_it()
    {
        var queue = new SendQueue(4, 2);
        Assert.True(queue.TryPass());
        Assert.True(queue.TryAdd(Gradient(7)));
        var hasPassed = false;
        var taking = Task.Run(() => queue.SendNext(_sent) && Volatile.Read(ref hasPassed));
        Assert.False(queue.WaitUntilEmpty(TimeSpan.FromMilliseconds(20)));
        Volatile.Write(ref hasPassed, true);
        queue.Passed();
        Assert.True(await taking.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task A_closed_queue_waits_for_a_passing_message()
    {
        var queue = new SendQueue(4, 2);
        Assert.True(queue.TryPass());
        queue.Close();
        var waiting = Task.Run(queue.WaitForPasser);
        Assert.NotEqual(waiting, await Task.WhenAny(waiting, Task.Delay(20)));
        queue.Passed();
        await waiting.WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>Lists what the queue sends.</summary>
    private sealed class Sent : IOutgoingSink
    {
        public List<string> Messages { get; } = [];

        public Action? During { get; set; }

        public bool HasEnded { get; set; }

        public bool Send(in OutgoingGradient gradient) => Add($"gradient {gradient.Gradient.Step}");

        public bool Send(in OutgoingWeights weights) => Add($"weights {weights.Weights.Step}");

        public bool Send(in OutgoingChunk chunk) => Add($"chunk {chunk.Chunk.Index}");

        private bool Add(string message)
        {
            During?.Invoke();
            Messages.Add(message);
            return !HasEnded;
        }
    }
}
