using System.Collections.Concurrent;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Transport.Peers;

namespace Distributed.Transport.Tests;

/// <summary>Remembers everything; values are copied and leases given back unless told otherwise.</summary>
internal sealed class RecordingReceiver : ITensorReceiver
{
    public ConcurrentQueue<PushGradient> Gradients { get; } = new();

    public ConcurrentQueue<(WorkerId To, WeightsUpdated Weights)> Weights { get; } = new();

    public ConcurrentQueue<DataChunk> Chunks { get; } = new();

    public ConcurrentQueue<PeerId> Connected { get; } = new();

    public ConcurrentQueue<(PeerId Peer, string Reason)> Lost { get; } = new();

    /// <summary>Leases are kept in the recorded messages instead of given back.</summary>
    public bool KeepsLeases { get; set; }

    /// <summary>Asked before a gradient is recorded.</summary>
    public Func<PushGradient, string?>? Refuse { get; set; }

    public string? OnGradient(PeerId from, PushGradient gradient)
    {
        if (Refuse?.Invoke(gradient) is { } reason) return reason;
        Gradients.Enqueue(KeepsLeases ? gradient : gradient with { Values = gradient.Values.ToArray() });
        if (!KeepsLeases) gradient.Lease?.Dispose();
        return null;
    }

    public string? OnWeights(PeerId from, WorkerId to, WeightsUpdated weights)
    {
        Weights.Enqueue((to, KeepsLeases ? weights : weights with { Values = weights.Values.ToArray() }));
        if (!KeepsLeases) weights.Lease?.Dispose();
        return null;
    }

    public string? OnChunk(PeerId from, DataChunk chunk)
    {
        Chunks.Enqueue(KeepsLeases ? chunk : chunk with { Values = chunk.Values.ToArray() });
        if (!KeepsLeases) chunk.Lease?.Dispose();
        return null;
    }

    public void OnPeerConnected(PeerId peer) => Connected.Enqueue(peer);

    public void OnPeerLost(PeerId peer, string reason) => Lost.Enqueue((peer, reason));
}
