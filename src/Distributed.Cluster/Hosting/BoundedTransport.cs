using System.Net;
using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport;
using Distributed.Transport.Connections;
using Google.Protobuf;

namespace Distributed.Cluster.Hosting;

/// <summary>Puts a <see cref="BoundedTransport"/> above the transport of Akka.Remote; named in cluster-config.</summary>
internal sealed class BoundedTransportProvider : ITransportAdapterProvider
{
    /// <inheritdoc/>
    public Akka.Remote.Transport.Transport Create(Akka.Remote.Transport.Transport wrappedTransport, ExtendedActorSystem system) => new BoundedTransport(wrappedTransport, system);
}

/// <summary>
/// Bounds the inbound connections of Akka.Remote, which accepts any number: those from which nothing has arrived yet (no TLS hand-shake, no message)
/// give their places to newer ones. Everything else passes through, addresses too.
/// </summary>
internal sealed class BoundedTransport : Akka.Remote.Transport.Transport
{
    /// <summary>Maximum number of inbound connections.</summary>
    public const int MaximumInbound = 4_096;

    /// <summary>Maximum number of those from which nothing has arrived.</summary>
    public const int MaximumSilent = 64;

    private readonly Akka.Remote.Transport.Transport _wrapped;
    private readonly ILoggingAdapter _log;

    public BoundedTransport(Akka.Remote.Transport.Transport wrapped, ExtendedActorSystem system)
    {
        (_wrapped, _log) = (wrapped, Logging.GetLogger(system, typeof(BoundedTransport)));
        (System, Config, SchemeIdentifier, MaximumPayloadBytes) = (system, wrapped.Config, wrapped.SchemeIdentifier, wrapped.MaximumPayloadBytes);
    }

    public override async Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        var (address, listening) = await _wrapped.Listen().ConfigureAwait(false);
        var above = new TaskCompletionSource<IAssociationEventListener>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = above.Task.ContinueWith(listener => listening.TrySetResult(new Door(listener.Result, _log)), TaskContinuationOptions.OnlyOnRanToCompletion);
        return (address, above);
    }

    public override bool IsResponsibleFor(Address remote) => _wrapped.IsResponsibleFor(remote);

    public override Task<AssociationHandle> Associate(Address remoteAddress) => _wrapped.Associate(remoteAddress);

    public override Task<bool> Shutdown() => _wrapped.Shutdown();

    public override Task<bool> ManagementCommand(object message) => _wrapped.ManagementCommand(message);

    /// <summary>Lets inbound connections in while they have a place.</summary>
    private sealed class Door(IAssociationEventListener above, ILoggingAdapter log) : IAssociationEventListener
    {
        private readonly ConnectionBound _bound = new(MaximumInbound, MaximumInbound, MaximumSilent);

        public void Notify(IAssociationEvent ev)
        {
            if (ev is not InboundAssociation { Association: var handle })
            {
                above.Notify(ev);
                return;
            }
            var source = IPAddress.TryParse(handle.RemoteAddress.Host, out var address) ? ConnectionBound.SourceOf(address) : handle.RemoteAddress.Host ?? "";
            if (_bound.TryEnter(source, () => handle.Disassociate("nothing came from it, and newer connections wait", log)) is { } place)
                above.Notify(new InboundAssociation(new PlacedHandle(handle, place)));
            else handle.Disassociate("there are too many connections", log);
        }
    }

    /// <summary>A connection with a place: kept once something has arrived, left when it ends.</summary>
    private sealed class PlacedHandle : AssociationHandle
    {
        private readonly AssociationHandle _wrapped;
        private readonly ConnectionPlace _place;

        public PlacedHandle(AssociationHandle wrapped, ConnectionPlace place) : base(wrapped.LocalAddress, wrapped.RemoteAddress)
        {
            (_wrapped, _place) = (wrapped, place);
            ReadHandlerSource = new TaskCompletionSource<IHandleEventListener>(TaskCreationOptions.RunContinuationsAsynchronously);
            ReadHandlerSource.Task.ContinueWith(
                listener => wrapped.ReadHandlerSource.TrySetResult(new Ear(listener.Result, place)), TaskContinuationOptions.OnlyOnRanToCompletion);
        }

        public override bool Write(ByteString payload) => _wrapped.Write(payload);

#pragma warning disable CS0672, CS0618 // the base class declares this one abstract and obsolete
        public override void Disassociate()
        {
            _place.Dispose();
            _wrapped.Disassociate();
        }
#pragma warning restore CS0672, CS0618
    }

    private sealed class Ear(IHandleEventListener above, ConnectionPlace place) : IHandleEventListener
    {
        public void Notify(IHandleEvent ev)
        {
            if (ev is InboundPayload) place.BeginWork();
            else if (ev is Disassociated or UnderlyingTransportError) place.Dispose();
            above.Notify(ev);
        }
    }
}
