using System.Diagnostics.Metrics;
using Distributed.Cluster.Hosting;
using Distributed.Learning.Metrics;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Transport;
using Distributed.Transport.Options;
using Distributed.Transport.Peers;

namespace Distributed.Node.Tests.Http;

/// <summary>A peer on the tensor port of a real node that is no worker sends forged tensors of a job that runs there.</summary>
[Collection(GatewayCollection.Name)]
public sealed class ForgedTensorTests(GatewayFixture gateway) : IAsyncDisposable
{
    private readonly TensorTransport _stranger = new(
        new TransportOptions { Self = new PeerId("stranger"), Cluster = ClusterNode.SystemName, AllowNoSecret = true, SharesMemory = false }, new Deaf());

    public ValueTask DisposeAsync() => _stranger.DisposeAsync();

    [Fact]
    public async Task Forged_gradients_and_weights_change_no_bit_and_hold_up_no_step()
    {
        // Audited, so that the only worker sends its gradients instead of striding in the blocks' memory.
        const string Job = """ "data": "digits", "hidden": [16], "epochs": 60, "auditShare": 1 """;
        await gateway.Client.SubmitAsync($$"""{ {{Job}}, "name": "left-alone" }""");
        var expected = (await gateway.Client.UntilEndedAsync("left-alone")).Summary;
        Assert.NotNull(expected.WeightsSha256);

        using var refused = new Refusals();
        await gateway.Client.SubmitAsync($$"""{ {{Job}}, "name": "attacked" }""");
        var job = await gateway.Client.UntilAsync("attacked", detail => detail.Status is { Workers.Count: 1, Blocks.Count: 1 } || detail.End is not null);
        Assert.True(job.End is null, "the job ended before the attack");
        var length = new Network(job.Specification.Network).Layout.Count;
        var leaves = new EpochPlan(job.Specification).ShardCount(0);
        var worker = job.Status!.Workers[0].Worker;
        var values = Enumerable.Repeat(1000f, length).ToArray();
        var node = new PeerId(gateway.Tensors.Node);
        using var kept = _stranger.KeepConnected(new TensorEndpoint(node, [.. gateway.Tensors.Addresses.Select(text => TensorAddress.TryParse(text, out var address) ? address : null!)]));

        using var isOver = new CancellationTokenSource();
        var attack = Task.Run(() =>
        {
            for (var step = 0L; !isOver.IsCancellationRequested; step = (step + 1) % expected.Step)
            {
                for (var lineage = 1; lineage <= 2; lineage++)
                {
                    _stranger.TrySend(node, new PushGradient(
                        new JobId("attacked"), 0, lineage, step, new ReductionNode(0, leaves), values, new ShardMetrics { Samples = 64, Divisor = 64 }, null));
                    _stranger.TrySend(node, worker, new WeightsUpdated(new JobId("attacked"), 0, lineage, step, values, null));
                }
            }
        });
        var ended = (await gateway.Client.UntilEndedAsync("attacked")).Summary;
        await isOver.CancelAsync();
        await attack;
        Assert.Equal((expected.State, expected.Step, expected.WeightsSha256), (ended.State, ended.Step, ended.WeightsSha256));
        Assert.InRange(refused.Gradients, 1, long.MaxValue);
        Assert.InRange(refused.Weights, 1, long.MaxValue);
    }

    /// <summary>What the node of this process refused.</summary>
    private sealed class Refusals : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _gradients, _weights;

        public Refusals()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name is "distributed.block.refused" or "distributed.worker.refused") listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
                Interlocked.Add(ref instrument.Name == "distributed.block.refused" ? ref _gradients : ref _weights, value));
            _listener.Start();
        }

        public long Gradients => Interlocked.Read(ref _gradients);

        public long Weights => Interlocked.Read(ref _weights);

        public void Dispose() => _listener.Dispose();
    }

    private sealed class Deaf : ITensorReceiver
    {
        public string? OnGradient(PeerId from, PushGradient gradient) => "nothing is taken here";

        public string? OnWeights(PeerId from, WorkerId to, WeightsUpdated weights) => "nothing is taken here";

        public string? OnChunk(PeerId from, DataChunk chunk) => "nothing is taken here";

        public void OnPeerConnected(PeerId peer)
        {
        }

        public void OnPeerLost(PeerId peer, string reason)
        {
        }
    }
}
