using Akka.Actor;
using Akka.Cluster;
using Akka.Event;
using Distributed.Cluster.Measures;

namespace Distributed.Cluster.Membership;

/// <summary>
/// Watches over a cluster singleton on each node that may host it: starts its manager again when the singleton is lost, reports that, and declares the
/// process unfit when that does not help (<see cref="NodeFitness"/>).
/// </summary>
internal sealed class SingletonWatchActor : ReceiveActor, IWithTimers
{
    private const int NameAttempts = 25;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5), NameInterval = TimeSpan.FromMilliseconds(200);

    private readonly string _name;
    private readonly string _role;
    private readonly Props _manager;
    private readonly NodeFitness _fitness;
    private readonly SingletonRule _rule = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly ActorSystem _system = Context.System;

    public SingletonWatchActor(string name, string role, Props manager, NodeFitness fitness)
    {
        (_name, _role, _manager, _fitness) = (name, role, manager, fitness);
        Receive<Tick>(_ => Context.ActorSelection($"/user/{name}/{name}").Tell(new Identify(name)));
        Receive<ActorIdentity>(OnIdentity);
        Receive<ManagerFound>(message =>
        {
            if (message.Reference is not { } manager)
            {
                Start(NameAttempts);
                return;
            }
            Context.Watch(manager);
            _system.Stop(manager);
        });
        Receive<Terminated>(_ => Start(NameAttempts));
        Receive<StartAgain>(message => Start(message.Attempts));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(string name, string role, Props manager, NodeFitness fitness) =>
        Akka.Actor.Props.Create(() => new SingletonWatchActor(name, role, manager, fitness));

    protected override void PreStart() => Timers.StartPeriodicTimer("tick", Tick.Instance, Interval);

    private void OnIdentity(ActorIdentity message)
    {
        switch (_rule.Look(IsOurs, message.Subject is not null, _system.Scheduler.MonotonicClock))
        {
            case SingletonVerdict.Fine:
                _fitness.Restore(_name);
                break;
            case SingletonVerdict.Restart:
                _log.Error("the singleton {0}, which this node must host, is lost: its manager is started again", _name);
                Find();
                break;
            case SingletonVerdict.Hopeless:
                _fitness.Fail(_name, $"the singleton '{_name}' is lost and does not start again");
                break;
        }
    }

    private void Find() => _system.ActorSelection($"/user/{_name}").ResolveOne(TimeSpan.FromSeconds(1)).PipeTo(
        Self, success: reference => new ManagerFound(reference), failure: _ => new ManagerFound(null));

    /// <summary>Starts the manager once its name is free, which may be a moment after the end of the one before.</summary>
    private void Start(int attempts)
    {
        try
        {
#pragma warning disable AK1008 // it has the place of the manager that the node was started with
            _system.ActorOf(_manager, _name);
#pragma warning restore AK1008
            _log.Warning("the manager of the singleton {0} was started again", _name);
        }
        catch (InvalidActorNameException) when (attempts > 1)
        {
            Timers.StartSingleTimer("start", new StartAgain(attempts - 1), NameInterval);
        }
    }

    /// <summary>Whether this node is the oldest of the role that is up.</summary>
    private bool IsOurs
    {
        get
        {
            var cluster = Akka.Cluster.Cluster.Get(_system);
            if (cluster.IsTerminated || cluster.SelfMember.Status != MemberStatus.Up) return false;
            return cluster.State.Members.Where(member => member.HasRole(_role) && member.Status is MemberStatus.Up or MemberStatus.Leaving)
                .All(member => member.UniqueAddress == cluster.SelfUniqueAddress || !member.IsOlderThan(cluster.SelfMember));
        }
    }

    private sealed record StartAgain(int Attempts);

    private sealed record ManagerFound(IActorRef? Reference);

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
