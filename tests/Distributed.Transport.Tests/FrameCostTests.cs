using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Transport.Frames;
using Distributed.Transport.Peers;
using Distributed.Transport.SharedMemory;

namespace Distributed.Transport.Tests;

/// <summary>What a frame costs; alone in the process, because the whole process's allocations are counted.</summary>
[Collection(nameof(RunsAlone))]
public sealed class FrameCostTests : IAsyncLifetime
{
    // The test host's threads allocate now and then; a frame's own cost is in every batch, so the smallest counts.
    private const int Batches = 5;

    private readonly Nodes _nodes = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _nodes.StopAsync();

    [Theory]
    [InlineData(Wire.Tcp)]
    [InlineData(Wire.Unix)]
    public void A_frame_costs_less_than_300_bytes_of_garbage_and_136_on_the_wire_or_16_more_in_shared_memory(Wire wire)
    {
        var cost = wire == Wire.Unix && SharedSegment.IsSupported ? SlotFrame.PostSize : 136;
        var sender = _nodes.Start("sender", new RecordingReceiver());
        var counting = new CountingReceiver();
        var node = _nodes.Start("node", counting);
        _nodes.Connect(node, sender, wire);
        var gradient = Frame.Gradient(20_000);
        var frames = 0;
        void Send(int count)
        {
            for (var i = 0; i < count; i++)
            {
                Assert.True(sender.TrySend(node.Self, gradient));
                frames++;
                while (counting.Frames < frames) Thread.Yield();
            }
        }

        Send(200);
        Eventually.Holds(() => sender.GetTraffic(node.Self)!.Value.FramesSent == frames, "all are counted"); // a frame is counted after it has left
        var sent = sender.GetTraffic(node.Self)!.Value;
        var allocated = Enumerable.Range(0, Batches).Min(_ =>
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Send(1000);
            return (GC.GetTotalAllocatedBytes(precise: true) - before) / 1000.0;
        });
        Assert.True(allocated < 300, $"{allocated} bytes a frame");
        Eventually.Holds(() => sender.GetTraffic(node.Self)!.Value.FramesSent == sent.FramesSent + 1000 * Batches, "all are counted");
        Assert.Equal(1000L * Batches * (20_000 * sizeof(float) + cost), sender.GetTraffic(node.Self)!.Value.BytesSent - sent.BytesSent);
        Assert.Equal(sender.GetTraffic(node.Self)!.Value.BytesSent, node.GetTraffic(sender.Self)!.Value.BytesReceived);
    }

    private sealed class CountingReceiver : ITensorReceiver
    {
        private int _frames;

        public int Frames => Volatile.Read(ref _frames);

        public string? OnGradient(PeerId from, PushGradient gradient)
        {
            gradient.Lease!.Dispose();
            Volatile.Write(ref _frames, _frames + 1);
            return null;
        }

        public string? OnWeights(PeerId from, WorkerId to, WeightsUpdated weights) => "not expected";

        public string? OnChunk(PeerId from, DataChunk chunk) => "not expected";

        public void OnPeerConnected(PeerId peer)
        {
        }

        public void OnPeerLost(PeerId peer, string reason)
        {
        }
    }
}
