using Akka.Actor;
using Akka.Event;
using Distributed.Cluster.Messages;
using Distributed.Protocol.Messages;

namespace Distributed.Cluster.TensorPlane;

/// <summary>Releases the memory of tensors whose block or worker stopped before reading them.</summary>
internal sealed class LeaseReclaimer : ReceiveActor
{
    public LeaseReclaimer()
    {
        Receive<DeadLetter>(letter => Reclaim(letter.Message));
        Receive<UnhandledMessage>(unhandled => Reclaim(unhandled.Message));
    }

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe<DeadLetter>(Self);
        Context.System.EventStream.Subscribe<UnhandledMessage>(Self);
    }

    private static void Reclaim(object message)
    {
        if (message is PushGradient { Lease: { } gradient }) gradient.Dispose();
        else if (message is ChunkArrived { Chunk.Lease: { } chunk }) chunk.Dispose();
        else if (message is GradientArrived { Gradient.Lease: { } arrived }) arrived.Dispose();
        else if (message is WeightsArrived { Weights.Lease: { } newer }) newer.Dispose();
        else if (message is WeightsUpdated { Lease: { } weights }) weights.Dispose();
    }
}
