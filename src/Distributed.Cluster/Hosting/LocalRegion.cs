using Akka.Actor;
using Akka.Cluster.Sharding;
using Distributed.Cluster.Compute;

namespace Distributed.Cluster.Hosting;

/// <summary>
/// The entities of a process without a cluster: what a region of Cluster.Sharding is on a node. An entity starts at its first message; one that asks to
/// be passivated is stopped, and messages that come meanwhile wait for its next incarnation. It runs where its entities do: a message to a block at an
/// epoch's end wakes no other thread on its way.
/// </summary>
internal sealed class LocalRegion : UntypedActor
{
    /// <summary>Messages that wait for entities on their way out; more are dropped, as a region drops them, and their senders send again.</summary>
    private const int WaitingBound = 10_000;

    private readonly IMessageExtractor _extractor;
    private readonly Func<string, Props> _props;
    private readonly Dictionary<IActorRef, Queue<(object Message, IActorRef Sender)>> _passivating = [];

    public LocalRegion(IMessageExtractor extractor, Func<string, Props> props) => (_extractor, _props) = (extractor, props);

    /// <param name="extractor">Names the entity of a message.</param>
    /// <param name="props">Creates an entity by its name.</param>
    public static Props Props(IMessageExtractor extractor, Func<string, Props> props) =>
        Akka.Actor.Props.Create(() => new LocalRegion(extractor, props)).WithDispatcher(StepDispatcher.Path);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Passivate passivate:
                if (!_passivating.TryAdd(Sender, new Queue<(object, IActorRef)>())) return;
                Context.Watch(Sender);
                Sender.Tell(passivate.StopMessage);
                break;
            case Terminated terminated:
                if (!_passivating.Remove(terminated.ActorRef, out var waiting)) return;
                foreach (var (delayed, sender) in waiting) Deliver(delayed, sender);
                break;
            default:
                Deliver(message, Sender);
                break;
        }
    }

    private void Deliver(object message, IActorRef sender)
    {
        if (_extractor.EntityId(message) is not { } name)
        {
            Unhandled(message);
            return;
        }
        var child = Context.Child(Uri.EscapeDataString(name));
        if (child.IsNobody()) child = Context.ActorOf(_props(name), Uri.EscapeDataString(name));
        if (!_passivating.TryGetValue(child, out var waiting)) child.Tell(message, sender);
        else if (waiting.Count < WaitingBound) waiting.Enqueue((message, sender));
    }
}
