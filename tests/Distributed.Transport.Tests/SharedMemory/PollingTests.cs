using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Transport.Channels;
using Distributed.Transport.Frames;
using Distributed.Transport.Peers;
using Xunit.Abstractions;

namespace Distributed.Transport.Tests;

/// <summary>Two nodes of one machine; some threads of theirs look for what the other has left in shared memory.</summary>
public sealed class PollingTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly Nodes _nodes = new();
    private readonly ThreadReceiver _atB = new();
    private TensorTransport _a = null!, _b = null!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _nodes.StopAsync();

    private void Start(long sharedBytes = 64 << 20)
    {
        _a = _nodes.Start(Nodes.Options("a") with { SharedMemoryBytes = sharedBytes }, new RecordingReceiver());
        _b = _nodes.Start("b", _atB);
        _nodes.Connect(_a, _b, Wire.Unix);
        Assert.True(_a.TrySend(_b.Self, Frame.Gradient(10, step: 0))); // tells the job's name
        Eventually.Holds(() => _atB.Steps.Count == 1, "the first has come");
    }

    [SharedMemoryFact]
    public void While_a_thread_looks_everything_comes_on_that_thread()
    {
        Start();
        Assert.True(_b.SharesMemoryNow);
        _b.BeginPolling();
        for (var step = 1; step <= 40; step++)
        {
            Assert.True(_a.TrySend(_b.Self, Frame.Gradient(1000, step: step)));
            Eventually.Holds(_b.Poll, "it is there");
        }
        Assert.False(_b.Poll());
        _b.EndPolling();
        Assert.Equal(Enumerable.Range(0, 41).Select(step => (long)step), _atB.Steps);
        Assert.All(_atB.Threads.Skip(1), thread => Assert.Equal(Environment.CurrentManagedThreadId, thread));

        Assert.True(_a.TrySend(_b.Self, Frame.Gradient(1000, step: 41)));
        Eventually.Holds(() => _atB.Steps.Count == 42, "the reading thread is woken again");
        Assert.NotEqual(Environment.CurrentManagedThreadId, _atB.Threads.Last());
    }

    [SharedMemoryFact]
    public void What_is_no_post_comes_although_a_thread_looks()
    {
        Start(sharedBytes: 0);
        _b.BeginPolling();
        Assert.True(_a.TrySend(_b.Self, Frame.Gradient(1_000_000, step: 1)));
        Eventually.Holds(() => _atB.Steps.Count == 2, "the reading thread takes it");
        Assert.False(_b.Poll());
        _b.EndPolling();
    }

    [SharedMemoryFact]
    public async Task Nothing_is_lost_doubled_or_reordered_however_threads_begin_and_end_to_look()
    {
        const int Frames = 20_000;
        Start(sharedBytes: 1 << 20); // so little that some go through the ring
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        using var over = new CancellationTokenSource();
        var lookers = Enumerable.Range(0, 3).Select(i => Task.Run(() =>
        {
            var random = new Random(seed + i);
            while (!over.IsCancellationRequested)
            {
                _b.BeginPolling();
                for (var left = random.Next(50); left > 0; left--)
                {
                    _b.Poll();
                    if (random.Next(10) == 0) Thread.Yield();
                }
                _b.EndPolling();
                // Now and then long enough that nobody looks while frames come.
                for (var left = random.Next(3) == 0 ? random.Next(20_000) : 0; left > 0; left--) Thread.SpinWait(1);
            }
        })).ToArray();
        var sizes = new Random(seed - 1);
        for (var step = 1; step <= Frames; step++)
        {
            var gradient = Frame.Gradient(sizes.Next(20) == 0 ? 60_000 : sizes.Next(1, 300), step: step);
            Eventually.Holds(() => _a.TrySend(_b.Self, gradient), $"frame {step} is taken"); // its queue is bounded
        }
        Eventually.Holds(() => _atB.Steps.Count == Frames + 1, "all have come");
        await over.CancelAsync();
        await Task.WhenAll(lookers).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(Enumerable.Range(0, Frames + 1).Select(step => (long)step), _atB.Steps);
        Assert.Equal(0, _b.LeasedBytes);
        Assert.Equal(_a.GetTraffic(_b.Self)!.Value.BytesSent, _b.GetTraffic(_a.Self)!.Value.BytesReceived);
    }

    [SharedMemoryFact]
    public async Task A_peer_that_dies_while_a_thread_looks_is_noticed_and_keeps_nothing()
    {
        Start();
        _b.BeginPolling();
        var leases = Enumerable.Range(0, 3).Select(_ => new CountedLease()).ToArray();
        for (var i = 0; i < leases.Length; i++) Assert.True(_a.TrySend(_b.Self, Frame.Gradient(1000, step: i + 1), leases[i]));
        Eventually.Holds(() => leases.All(lease => lease.Disposals == 1), "they have left its queue, which its end would drop");
        await _a.DisposeAsync();
        Eventually.Holds(() => !_atB.Lost.IsEmpty, "its end is noticed");
        Assert.Equal([0L, 1, 2, 3], _atB.Steps); // what it had left is read
        Assert.False(_b.SharesMemoryNow);
        Assert.False(_b.Poll());
        _b.EndPolling();
        Assert.Equal(0, _b.LeasedBytes);
    }

    [SharedMemoryFact]
    public void A_receiver_that_gives_nothing_back_holds_no_more_than_the_bound_and_the_rest_comes_later()
    {
        const int Elements = 1 << 18; // 1 MiB
        _atB.KeepsLeases = true;
        Start(sharedBytes: 3 << 20); // two, with their headers
        var leases = Enumerable.Range(0, 6).Select(_ => new CountedLease()).ToArray();
        for (var i = 0; i < leases.Length; i++) Assert.True(_a.TrySend(_b.Self, Frame.Gradient(Elements, step: i + 1), leases[i]));
        Eventually.Holds(() => _atB.Steps.Count == 7, "those that found no place have come through the ring");
        Assert.Equal(6L * Elements * sizeof(float) + 40, _b.LeasedBytes);
        Assert.Equal(4, _atB.Kept.Count(gradient => MemoryMarshal.TryGetArray(gradient.Values, out _))); // in the receiver's own memory
        Assert.All(leases, lease => Assert.Equal(1, lease.Disposals));
        foreach (var gradient in _atB.Kept)
        {
            Assert.True(Frame.IsSame(Frame.Gradient(gradient.Values.Length, step: gradient.Step), gradient));
            gradient.Lease!.Dispose();
        }
        Assert.Equal(0, _b.LeasedBytes);
    }

    [SharedMemoryFact]
    public void A_post_over_a_connection_without_shared_memory_closes_it()
    {
        _b = _nodes.Start("b", _atB);
        var address = _b.Listen(_nodes.AddressFor(Wire.Tcp));
        using var socket = Nodes.Impersonate("c", _b, address);
        var channel = new SocketChannel(socket, TimeSpan.FromSeconds(5));
        var name = new byte[FrameHeader.Size];
        new NameFrame(0, Frame.Job.Value).Write(name);
        var post = new byte[SlotFrame.PostSize];
        new FrameHeader(FrameKind.PushGradient, 0, 0, 0, 1, 1, new ReductionNode(0, 1), 8, default) { IsInSharedMemory = true }.Write(post);
        new SlotFrame(0, 1, 3).Write(post.AsSpan(FrameHeader.Size));
        BitConverter.TryWriteBytes(post.AsSpan(FrameHeader.Size + SlotFrame.Size), System.IO.Hashing.XxHash3.HashToUInt64(post.AsSpan(0, FrameHeader.Size + SlotFrame.Size)));
        Assert.True(channel.Send(name) && channel.Send(post));
        Eventually.Holds(() => !_atB.Lost.IsEmpty, "it is closed");
        Assert.True(_atB.Lost.TryPeek(out var lost));
        Assert.Equal("values in shared memory, of which there is none", lost);
        Assert.Empty(_atB.Steps);
    }

    /// <summary>Remembers which step came on which thread.</summary>
    private sealed class ThreadReceiver : ITensorReceiver
    {
        public ConcurrentQueue<long> Steps { get; } = new();

        public ConcurrentQueue<int> Threads { get; } = new();

        public ConcurrentQueue<string> Lost { get; } = new();

        public ConcurrentQueue<PushGradient> Kept { get; } = new();

        public bool KeepsLeases { get; set; }

        public string? OnGradient(PeerId from, PushGradient gradient)
        {
            if (KeepsLeases) Kept.Enqueue(gradient);
            else gradient.Lease!.Dispose();
            Threads.Enqueue(Environment.CurrentManagedThreadId);
            Steps.Enqueue(gradient.Step);
            return null;
        }

        public string? OnWeights(PeerId from, WorkerId to, WeightsUpdated weights) => "no weights here";

        public string? OnChunk(PeerId from, DataChunk chunk) => "no data here";

        public void OnPeerConnected(PeerId peer)
        {
        }

        public void OnPeerLost(PeerId peer, string reason) => Lost.Enqueue(reason);
    }
}
