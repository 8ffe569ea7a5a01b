using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Akka.Remote;
using Distributed.Cluster.Messages;

namespace Distributed.Cluster.Membership;

/// <summary>From a core node to all others: the member's host is up and refuses connections on the member's port.</summary>
internal sealed record ProcessRefused(Incarnation Member, Incarnation Witness) : IClusterMessage;

/// <summary>
/// The shell around <see cref="DeadProcessRule"/> on every core node: probes members whose connections close, reports the result to the other core
/// nodes, and downs dead members without waiting for heartbeats and the split-brain resolver.
/// </summary>
internal sealed class DeadProcessActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(50);

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly DeadProcessRule _rule = new();
    private readonly Incarnation _self;
    private readonly AskPort _askPort;

    public DeadProcessActor(AskPort askPort)
    {
        _askPort = askPort;
        _self = Of(_cluster.SelfUniqueAddress);
        Receive<DisassociatedEvent>(message => SuspectAt(message.RemoteAddress));
        Receive<AssociationErrorEvent>(message => SuspectAt(message.RemoteAddress));
        Receive<ClusterEvent.UnreachableMember>(message => SuspectAt(message.Member.Address));
        Receive<ClusterEvent.MemberRemoved>(message => _rule.Forget(Of(message.Member.UniqueAddress)));
        Receive<ClusterEvent.IClusterDomainEvent>(_ => { });
        Receive<ClusterEvent.CurrentClusterState>(_ => { });
        Receive<ProcessRefused>(OnTestimony);
        Receive<Probed>(OnProbed);
        Receive<Tick>(_ => Probe());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    /// <param name="askPort">Probes a member's port; null to probe by connecting.</param>
    public static Props Props(AskPort? askPort = null) => Akka.Actor.Props.Create(() => new DeadProcessActor(askPort ?? PortProbe.AskAsync));

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));
        Context.System.EventStream.Subscribe(Self, typeof(AssociationErrorEvent));
        _cluster.Subscribe(Self, typeof(ClusterEvent.UnreachableMember), typeof(ClusterEvent.MemberRemoved));
        Timers.StartPeriodicTimer("tick", Tick.Instance, TickInterval);
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        _cluster.Unsubscribe(Self);
    }

    private void SuspectAt(Address address)
    {
        if (FindMember(member => member.Address == address) is not { } found) return;
        _rule.OnSuspected(Of(found.UniqueAddress), Now);
        Probe();
    }

    private void OnTestimony(ProcessRefused message)
    {
        if (FindMember(member => Of(member.UniqueAddress) == message.Member) is null) return;
        _rule.OnRefused(message.Member, message.Witness, Now);
        Probe();
        Decide();
    }

    private void Probe()
    {
        if (!_rule.HasSuspects) return;
        foreach (var member in _rule.TakeProbes(Now))
        {
            if (FindMember(candidate => Of(candidate.UniqueAddress) == member) is null) _rule.Forget(member);
            else AskAsync(member).PipeTo(Self);
        }
    }

    private async Task<Probed> AskAsync(Incarnation member) =>
        new(member, await _askPort(member.Host, member.Port).ConfigureAwait(false));

    private void OnProbed(Probed message)
    {
        if (message.Answer == PortAnswer.Connected)
        {
            _rule.OnAnswered(message.Member, Now);
            return;
        }
        _rule.ProbeLater(message.Member, Now);
        if (message.Answer != PortAnswer.Refused) return;
        _rule.OnRefused(message.Member, _self, Now);
        foreach (var core in _cluster.State.Members.Where(IsCore))
            if (core.UniqueAddress != _cluster.SelfUniqueAddress)
                Context.OnNode(core.Address, NodeActors.DeadProcesses).Tell(new ProcessRefused(message.Member, _self));
        Decide();
    }

    private void Decide()
    {
        var core = _cluster.State.Members.Where(IsCore).Select(member => Of(member.UniqueAddress)).ToHashSet();
        foreach (var dead in _rule.Dead(core, Now))
        {
            _rule.Forget(dead);
            if (FindMember(member => Of(member.UniqueAddress) == dead) is not { } member) continue;
            _log.Warning("the process at {0}:{1} has ended: most core nodes find its port closed; the cluster goes on without it", dead.Host, dead.Port);
            // A downed member is removed only once it is unreachable too, which heartbeats take seconds to detect. A quarantine states that this
            // incarnation never comes back.
            Context.System.EventStream.Publish(new QuarantinedEvent(member.Address, member.UniqueAddress.Uid));
            _cluster.Down(member.Address);
        }
    }

    /// <summary>Finds a member that still has to be downed; one that left or is already down does not match.</summary>
    private Member? FindMember(Func<Member, bool> isMeant) => _cluster.State.Members.FirstOrDefault(member =>
        member.Status is not (MemberStatus.Down or MemberStatus.Exiting or MemberStatus.Removed) && member.UniqueAddress != _cluster.SelfUniqueAddress && isMeant(member));

    private static bool IsCore(Member member) =>
        member.Status is MemberStatus.Up or MemberStatus.WeaklyUp or MemberStatus.Leaving && member.HasRole(NodeRoles.Core);

    private static Incarnation Of(UniqueAddress address) => new(address.Address.Host ?? "", address.Address.Port ?? 0, address.Uid);

    private sealed record Probed(Incarnation Member, PortAnswer Answer);

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
