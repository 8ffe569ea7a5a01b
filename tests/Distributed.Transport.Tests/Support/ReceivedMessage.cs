using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Transport.Messages;

namespace Distributed.Transport.Tests;

/// <summary>Keeps the last message that a reader delivered.</summary>
internal sealed class ReceivedMessage : IIncoming
{
    public PushGradient? Gradient { get; private set; }

    public WeightsUpdated? Weights { get; private set; }

    public WorkerId To { get; private set; }

    public DataChunk? Chunk { get; private set; }

    /// <summary>The lease of the message, whichever it is.</summary>
    public IDisposable Lease => (Gradient?.Lease ?? Weights?.Lease ?? Chunk?.Lease)!;

    string? IIncoming.OnGradient(PushGradient gradient) => Set(() => Gradient = gradient);

    string? IIncoming.OnWeights(WorkerId to, WeightsUpdated weights) => Set(() => (To, Weights) = (to, weights));

    string? IIncoming.OnChunk(DataChunk chunk) => Set(() => Chunk = chunk);

    private string? Set(Action set)
    {
        (Gradient, Weights, To, Chunk) = (null, null, default, null);
        set();
        return null;
    }
}

/// <summary>Reads one message at a time.</summary>
internal static class ReceivedMessageReading
{
    /// <summary>The next message; null when there is one, otherwise the reason.</summary>
    public static string? Next(this FrameReader reader, out ReceivedMessage received) => reader.Next(received = new ReceivedMessage());
}
