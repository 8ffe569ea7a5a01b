using System.Runtime.InteropServices;
using Distributed.Transport.Buffers;
using Distributed.Transport.Frames;
using Distributed.Transport.SharedMemory;
using Xunit.Abstractions;

namespace Distributed.Transport.Tests;

/// <summary>Slots of a sender and a receiver, in one process; the receiver opens them as another process would.</summary>
public sealed class TensorSlotsTests(ITestOutputHelper output)
{
    private readonly TensorBufferPool _pool = new(1 << 20);

    private IncomingSlots Incoming => new(Environment.ProcessId, _pool);

    [SharedMemoryFact]
    public void Whatever_is_put_in_and_given_back_when_the_values_are_those_that_were_sent()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (outgoing, incoming) = (new OutgoingSlots(8 << 20), Incoming);
        var held = new List<(float[] Sent, Memory<float> Values, IDisposable Lease)>();
        var refused = 0;
        for (var i = 0; i < 3000; i++)
        {
            if (held.Count > 0 && random.Next(2) == 0)
            {
                var at = random.Next(held.Count);
                var (sent, values, lease) = held[at];
                Assert.True(MemoryMarshal.AsBytes(sent.AsSpan()).SequenceEqual(MemoryMarshal.AsBytes(values.Span)));
                lease.Dispose();
                if (random.Next(4) == 0) lease.Dispose(); // too often
                held.RemoveAt(at);
            }
            else
            {
                var sent = Frame.Values(random.Next(3) == 0 ? random.Next(1, 400_000) : random.Next(1, 5000), random.Next());
                if (!outgoing.TryPut(sent, out var place))
                {
                    refused++;
                    continue;
                }
                Assert.Null(incoming.TryTake(place, sent.Length, out var values, out var lease));
                held.Add((sent, values, lease!));
            }
            Assert.True(outgoing.Bytes <= 8 << 20);
            Assert.Equal(held.Sum(one => one.Sent.Length * sizeof(float)), _pool.LeasedBytes);
        }
        Assert.True(refused > 0, "the bound was never reached");
        foreach (var (_, _, lease) in held) lease.Dispose();
        Assert.Equal(0, _pool.LeasedBytes);
    }

    [SharedMemoryFact]
    public void A_slot_that_was_given_back_is_used_again()
    {
        var (outgoing, incoming) = (new OutgoingSlots(1 << 30), Incoming);
        long bytes = 0;
        for (var i = 0; i < 200; i++)
        {
            Assert.True(outgoing.TryPut(Frame.Values(100_000, i), out var place));
            Assert.Null(incoming.TryTake(place, 100_000, out _, out var lease));
            lease!.Dispose();
            if (i == 0) bytes = outgoing.Bytes;
            Assert.Equal(bytes, outgoing.Bytes);
        }
    }

    [SharedMemoryFact]
    public void No_more_slots_than_their_number_and_none_beyond_the_bound()
    {
        var outgoing = new OutgoingSlots(1 << 30);
        for (var i = 0; i < SlotFrame.Slots; i++) Assert.True(outgoing.TryPut(new float[10], out _));
        Assert.False(outgoing.TryPut(new float[10], out _));
        Assert.False(new OutgoingSlots(0).TryPut(new float[10], out _));
    }

    [SharedMemoryFact]
    public void What_no_honest_peer_says_is_refused_with_the_reason()
    {
        var incoming = Incoming;
        Assert.Contains("cannot be opened", incoming.TryTake(new SlotFrame(0, 1, int.MaxValue), 10, out _, out var lease), StringComparison.Ordinal);
        Assert.Null(lease);
        var outgoing = new OutgoingSlots(1 << 20);
        Assert.True(outgoing.TryPut(new float[10], out var place));
        Assert.Contains("elements in shared memory", incoming.TryTake(place, 100_000, out _, out _), StringComparison.Ordinal);

        var bytes = new byte[SlotFrame.Size];
        new SlotFrame(SlotFrame.Slots, 1, 5).Write(bytes);
        Assert.Contains("slot 64", SlotFrame.TryRead(bytes, out _), StringComparison.Ordinal);
        new SlotFrame(-1, 1, 5).Write(bytes);
        Assert.NotNull(SlotFrame.TryRead(bytes, out _));
        new SlotFrame(0, 1, -5).Write(bytes);
        Assert.Contains("handle", SlotFrame.TryRead(bytes, out _), StringComparison.Ordinal);
        new SlotFrame(3, 1, 5).Write(bytes);
        Assert.Null(SlotFrame.TryRead(bytes, out var read));
        Assert.Equal(new SlotFrame(3, 1, 5), read);
        bytes[^1] = 1;
        Assert.Contains("reserved", SlotFrame.TryRead(bytes, out _), StringComparison.Ordinal);
    }
}
