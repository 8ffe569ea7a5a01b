using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence.TestKit;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Distributed.Cluster.Hosting;
using Distributed.Cluster.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Distributed.Cluster.Tests.Actors;

/// <summary>
/// Base class for actor specs: the shipped configuration under virtual time, with a journal and a snapshot store that fail on demand. An undelivered
/// or unhandled message of this project fails the test unless expected.
/// </summary>
public abstract class ActorSpec : TestKit
{
    /// <summary>The longest real-time wait in a spec.</summary>
    protected static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    /// <summary>Time advances in steps of the actors' shortest timer.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>The most virtual time a spec lets pass while waiting for one condition.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private const string Plugins = """
        akka {
          loggers = ["Akka.TestKit.TestEventListener, Akka.TestKit"]
          loglevel = WARNING
          scheduler.implementation = "Distributed.Cluster.Tests.Actors.VirtualTime, Distributed.Cluster.Tests"
          coordinated-shutdown {
            run-by-actor-system-terminate = off
            run-by-clr-shutdown-hook = off
          }
          test.default-timeout = 30s
          test.single-expect-default = 30s
          persistence.journal.sql.class = "Akka.Persistence.TestKit.TestJournal, Akka.Persistence.TestKit"
          persistence.snapshot-store.sql.class = "Akka.Persistence.TestKit.TestSnapshotStore, Akka.Persistence.TestKit"
        }
        """;

    private readonly ConcurrentQueue<object> _strays = new();
    private readonly List<Func<object, bool>> _expectedStrays = [];
    private readonly List<ActorSystem> _others = [];

    protected ActorSpec(params string[] roles)
        : base(ConfigurationFactory.ParseString($"{Plugins}\nakka.cluster.roles = [{string.Join(", ", roles)}]").WithFallback(ClusterConfig.Common))
    {
        var listener = Sys.ActorOf(Props.Create(() => new Strays(_strays)), "strays");
        Sys.EventStream.Subscribe(listener, typeof(DeadLetter));
        Sys.EventStream.Subscribe(listener, typeof(UnhandledMessage));
    }

    protected VirtualTime Time => (VirtualTime)Sys.Scheduler;

    protected Address Address => Akka.Cluster.Cluster.Get(Sys).SelfAddress;

    protected ITestJournal Journal => TestJournal.FromRef(Akka.Persistence.Persistence.Instance.Apply(Sys).JournalFor("akka.persistence.journal.sql"));

    protected IActorRef SnapshotStore => Akka.Persistence.Persistence.Instance.Apply(Sys).SnapshotStoreFor(Distributed.Cluster.Stores.SnapshotStore.PluginId);

    protected ITestSnapshotStore Snapshots => TestSnapshotStore.FromRef(SnapshotStore);

    internal StoreOutage Outage { get; } = new(NullLogger.Instance, TimeProvider.System);

    /// <summary>Expects an undelivered message of this type.</summary>
    protected void ExpectStray<T>() => _expectedStrays.Add(message => message is T);

    /// <summary>Forms a cluster of this node alone.</summary>
    protected void Join()
    {
        var cluster = Akka.Cluster.Cluster.Get(Sys);
        cluster.Join(cluster.SelfAddress);
        PassUntil(() => cluster.State.Members.Any(member => member.Status == MemberStatus.Up), TestActor, "the node is a member");
    }

    /// <summary>Creates a probe at a path under /user, where actors look for peers.</summary>
    protected TestProbe ProbeAt(string name) => ProbeAt(Sys, name);

    /// <summary>Creates the probe on another node.</summary>
    protected TestProbe ProbeAt(ActorSystem system, string name)
    {
        var probe = CreateTestProbe(system);
        system.ActorOf(Props.Create(() => new Forwarder(probe.Ref)), name);
        return probe;
    }

    /// <summary>Starts an actor as a child of a probe, restarted when it fails.</summary>
    protected static IActorRef ChildOf(TestProbe parent, Props props, string name) =>
        parent.ChildActorOf(props, name, Akka.Actor.SupervisorStrategy.DefaultStrategy);

    /// <summary>Restarts an actor as its supervisor does after an exception.</summary>
    protected static void RestartByItsSupervisor(IActorRef actor)
    {
        var child = (IInternalActorRef)actor;
        child.Suspend();
        child.Restart(new InvalidOperationException("the spec restarts it"));
    }

    /// <summary>Waits until a live actor has processed everything sent to it before.</summary>
    protected static void Settle(IActorRef actor) => Assert.NotNull(Identify(actor).Subject);

    /// <summary>Stops a peer and waits until the actor that watches it knows. What was on its way to the peer is lost; what is sent to it afterwards is a stray.</summary>
    protected void StopPeer(TestProbe peer, IActorRef watcher)
    {
        Watch(peer.Ref); // after the actor's own watch, so that the actor is notified first
        Sys.Stop(peer.Ref);
        ExpectTerminated(peer.Ref, Bound);
        Settle(watcher); // the notification has become a message behind this one
        Settle(watcher);
        CollectStrays();
        var strays = _strays.ToArray();
        _strays.Clear();
        foreach (var stray in strays.Where(stray => stray is not DeadLetter letter || !letter.Recipient.Equals(peer.Ref))) _strays.Enqueue(stray);
    }

    private static ActorIdentity Identify(IActorRef actor) => actor.Ask<ActorIdentity>(new Identify(null), Bound).GetAwaiter().GetResult();

    /// <summary>Adds a node with a role to this node's cluster; disposed with the spec.</summary>
    protected ActorSystem AddNode(string role)
    {
        var system = ActorSystem.Create(Sys.Name, ConfigurationFactory.ParseString($"akka.cluster.roles = [{role}]").WithFallback(Sys.Settings.Config));
        _others.Add(system);
        var (here, there) = (Akka.Cluster.Cluster.Get(Sys), Akka.Cluster.Cluster.Get(system));
        there.Join(here.SelfAddress);
        PassUntil(() =>
        {
            foreach (var other in _others) ((VirtualTime)other.Scheduler).Advance(Step);
            return here.State.Members.Any(member => member.Address == there.SelfAddress && member.Status == MemberStatus.Up);
        }, TestActor, "the node is a member");
        return system;
    }

    /// <summary>Advances time; the actor handles each of its timers at its due time.</summary>
    protected void Pass(TimeSpan time, IActorRef actor)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Step)
        {
            Time.Advance(time - passed < Step ? time - passed : Step);
            Identify(actor);
        }
    }

    /// <summary>Advances time until a probe receives a message of the type; skips others.</summary>
    protected T PassUntil<T>(TestProbe probe, IActorRef actor, Predicate<T>? isMeant = null)
    {
        T? found = default;
        PassUntil(() =>
        {
            while (probe.ReceiveOne(TimeSpan.Zero) is { } message)
            {
                if (message is not T candidate || isMeant?.Invoke(candidate) == false) continue;
                found = candidate;
                return true;
            }
            return false;
        }, actor, $"{typeof(T).Name} comes");
        return found!;
    }

    /// <summary>Advances time until a condition holds. Work outside the actors (journals, threads) gets real time in between.</summary>
    protected void PassUntil(Func<bool> holds, IActorRef actor, string what)
    {
        var began = Time.MonotonicClock;
        while (!SpinWait.SpinUntil(holds, 5))
        {
            Assert.True(Time.MonotonicClock - began < Patience, $"{what}: not within {Patience.TotalMinutes} minutes of the actors' time");
            Time.Advance(Step);
            Identify(actor); // or it has stopped
        }
    }

    /// <summary>Skips messages until one of the type arrives, without advancing time.</summary>
    protected static T Next<T>(TestProbe probe, Predicate<T>? isMeant = null) =>
        (T)probe.FishForMessage(message => message is T candidate && isMeant?.Invoke(candidate) != false, Bound);

    /// <summary>Asserts that no message of the type has arrived: the actor has answered a later request.</summary>
    protected static void Nothing<T>(TestProbe probe, IActorRef actor)
    {
        Settle(actor);
        while (probe.ReceiveOne(TimeSpan.Zero) is { } message) Assert.False(message is T, $"nothing of the kind was to come: {message}");
    }

    protected override void AfterAll()
    {
        try
        {
            CollectStrays();
            var strays = _strays.Select(MessageOf).Where(IsOurs).Where(message => !_expectedStrays.Exists(isExpected => isExpected(message))).ToList();
            Assert.True(strays.Count == 0, $"messages that nobody takes: {string.Join(" | ", strays)}");
        }
        finally
        {
            foreach (var system in _others) system.Terminate().Wait(Bound);
            base.AfterAll();
        }
    }

    /// <summary>Waits until every stray published so far is collected: they arrive in order, so once a last one is here, all are.</summary>
    private void CollectStrays()
    {
        var last = new DeadLetter("the last", TestActor, TestActor);
        Sys.EventStream.Publish(last);
        Assert.True(SpinWait.SpinUntil(() => _strays.Contains(last), Bound));
    }

    private static object MessageOf(object stray) => stray is DeadLetter letter ? letter.Message : ((UnhandledMessage)stray).Message;

    private static bool IsOurs(object message) => message is Status.Failure || message.GetType().Assembly.GetName().Name!.StartsWith("Distributed", StringComparison.Ordinal);

    private sealed class Strays : ReceiveActor
    {
        public Strays(ConcurrentQueue<object> into) => ReceiveAny(into.Enqueue);
    }

    private sealed class Forwarder : ReceiveActor
    {
        public Forwarder(IActorRef to) => ReceiveAny(message => to.Forward(message));
    }
}
