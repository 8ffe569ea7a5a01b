using System.Security.Cryptography;
using Distributed.Transport.SharedMemory;
using Xunit.Abstractions;

namespace Distributed.Transport.Tests;

public sealed class RingChannelTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [SharedMemoryFact]
    public async Task Both_directions_carry_all_bytes_in_order_in_pieces_of_any_size()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        using var pair = new RingPair();
        var runs = new[] { SendAsync(pair.Dialler, seed), ReceiveAsync(pair.Listener, seed + 1), SendAsync(pair.Listener, seed + 2), ReceiveAsync(pair.Dialler, seed + 3) };
        var hashes = await Task.WhenAll(runs).WaitAsync(2 * Bound);
        Assert.Equal(hashes[0], hashes[1]);
        Assert.Equal(hashes[2], hashes[3]);
        Assert.NotEqual(hashes[0], hashes[2]);
    }

    [SharedMemoryFact]
    public async Task What_a_peer_had_written_before_its_end_is_still_read()
    {
        using var pair = new RingPair();
        Assert.True(pair.Dialler.Send(new byte[100_000]));
        pair.Dialler.Close("done");
        var all = new byte[100_000];
        Assert.True(await Task.Run(() => pair.Listener.ReceiveAll(all)).WaitAsync(Bound));
        Assert.Equal(0, await Task.Run(() => pair.Listener.Receive(all)).WaitAsync(Bound));
    }

    [SharedMemoryFact]
    public async Task A_reader_that_waits_hears_of_the_peers_end()
    {
        using var pair = new RingPair();
        var reading = Task.Run(() => pair.Listener.Receive(new byte[10]));
        pair.Dialler.Close("done");
        Assert.Equal(0, await reading.WaitAsync(Bound));
    }

    [SharedMemoryFact]
    public async Task A_peer_that_does_not_read_stops_the_writer_after_the_stall_limit()
    {
        using var pair = new RingPair(stallLimit: TimeSpan.FromMilliseconds(200));
        Assert.True(pair.Dialler.Send(new byte[ByteRing.Capacity]));
        Assert.False(await Task.Run(() => pair.Dialler.Send(new byte[1])).WaitAsync(Bound));
        Assert.Equal("the peer has stopped reading", pair.Dialler.EndReason);
    }

    [SharedMemoryFact]
    public async Task Closing_wakes_the_writer_and_the_reader()
    {
        using var pair = new RingPair();
        Assert.True(pair.Dialler.Send(new byte[ByteRing.Capacity]));
        var (writing, reading) = (Task.Run(() => pair.Dialler.Send(new byte[1])), Task.Run(() => pair.Dialler.Receive(new byte[1])));
        pair.Dialler.Close("enough");
        Assert.False(await writing.WaitAsync(Bound));
        Assert.Equal(0, await reading.WaitAsync(Bound));
        Assert.Equal("enough", pair.Dialler.EndReason);
    }

    [SharedMemoryFact]
    public async Task A_writer_goes_on_although_its_own_reading_thread_is_busy()
    {
        using var pair = new RingPair();
        // Nobody receives at the dialler, so that nobody hears the bell that says that there is room.
        var writing = Task.Run(() => pair.Dialler.Send(new byte[3 * ByteRing.Capacity]));
        Assert.True(await Task.Run(() => pair.Listener.ReceiveAll(new byte[3 * ByteRing.Capacity])).WaitAsync(Bound));
        Assert.True(await writing.WaitAsync(Bound));
    }

    [SharedMemoryFact]
    public async Task Words_that_are_no_bell_end_the_channel()
    {
        using var pair = new RingPair();
        pair.DialledSocket.Send("x"u8);
        Assert.Equal(0, await Task.Run(() => pair.Listener.Receive(new byte[1])).WaitAsync(Bound));
        Assert.Equal("the peer sent 0x78 beside the shared memory", pair.Listener.EndReason);
    }

    [SharedMemoryFact]
    public async Task A_position_that_cannot_be_ends_the_channel()
    {
        using var pair = new RingPair();
        Damage(pair);
        Assert.Equal(0, await Task.Run(() => pair.Listener.Receive(new byte[1])).WaitAsync(Bound));
        Assert.Equal("the peer's position in the shared memory cannot be", pair.Listener.EndReason);
    }

    private static unsafe void Damage(RingPair pair) => *(long*)pair.Segment.Start = -5;

    private const int Total = 40 << 20;

    private static Task<string> SendAsync(RingChannel channel, int seed) => Task.Run(() =>
    {
        var random = new Random(seed);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = new byte[3 << 20];
        for (var left = Total; left > 0;)
        {
            var count = Math.Min(left, random.Next(4) == 0 ? random.Next(piece.Length) : random.Next(1, 100_000));
            random.NextBytes(piece.AsSpan(0, count));
            hash.AppendData(piece, 0, count);
            Assert.True(channel.Send(piece.AsSpan(0, count)));
            left -= count;
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    });

    private static Task<string> ReceiveAsync(RingChannel channel, int seed) => Task.Run(() =>
    {
        var random = new Random(seed);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = new byte[1 << 20];
        for (var left = Total; left > 0;)
        {
            var count = channel.Receive(piece.AsSpan(0, random.Next(1, Math.Min(left, piece.Length) + 1)));
            Assert.True(count > 0);
            hash.AppendData(piece, 0, count);
            left -= count;
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    });
}
