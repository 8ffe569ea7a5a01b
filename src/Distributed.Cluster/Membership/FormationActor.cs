using Akka.Actor;
using Akka.Event;
using Distributed.Cluster.Messages;

namespace Distributed.Cluster.Membership;

/// <summary>From a first seed node about to begin a cluster to another seed node. Answered by <see cref="FormationReply"/>.</summary>
internal sealed record GetFormation : IClusterMessage;

/// <summary>From a seed node: whether it is in a cluster.</summary>
internal sealed record FormationReply(bool IsInCluster) : IClusterMessage;

/// <summary>From the node: join through these seed nodes, in this order; a later list replaces it.</summary>
internal sealed record AskSeeds(IReadOnlyList<Address> Seeds);

/// <summary>
/// Brings a node into its cluster by asking the seed nodes repeatedly. The first seed node also finds out whether a cluster exists, and begins one
/// where <see cref="FormationRule"/> allows it.
/// </summary>
internal sealed class FormationActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan AnswersHold = TimeSpan.FromSeconds(2);

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly HashSet<Address> _asking = [];
    private readonly Dictionary<Address, (SeedAnswer Answer, TimeSpan At)> _answers = [];
    private readonly AskPort _askPort;
    private IReadOnlyList<Address> _others = [];

    public FormationActor(AskPort askPort)
    {
        _askPort = askPort;
        Receive<AskSeeds>(OnAskSeeds);
        Receive<GetFormation>(_ => Sender.Tell(new FormationReply(IsInCluster)));
        Receive<FormationReply>(message => Note(Sender.Path.Address, message.IsInCluster ? SeedAnswer.InCluster : SeedAnswer.NoCluster));
        Receive<Probed>(OnProbed);
        Receive<Look>(_ => OnLook());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    /// <summary>Whether this node is in a cluster. It knows no members until it sees itself in the cluster's gossip.</summary>
    private bool IsInCluster => !_cluster.State.Members.IsEmpty;

    /// <param name="askPort">Probes a seed node's port; null to probe by connecting.</param>
    public static Props Props(AskPort? askPort = null) => Akka.Actor.Props.Create(() => new FormationActor(askPort ?? PortProbe.AskAsync));

    private void OnAskSeeds(AskSeeds message)
    {
        if (IsInCluster) return;
        _others = [.. message.Seeds.Where(seed => seed != _cluster.SelfAddress)];
        if (_others.Count > 0) _cluster.JoinSeedNodes(_others); // without this node among them, Akka never begins a cluster by itself
        if (message.Seeds is [var first, ..] && first == _cluster.SelfAddress) Timers.StartPeriodicTimer("look", Look.Instance, TimeSpan.Zero, LookInterval);
        else Timers.Cancel("look");
    }

    private void OnLook()
    {
        if (IsInCluster)
        {
            Timers.Cancel("look");
            return;
        }
        if (FormationRule.MayBegin([.. _others.Select(AnswerOf)]))
        {
            _log.Info("no cluster is there: this first seed node begins one");
            Timers.Cancel("look");
            _cluster.Join(_cluster.SelfAddress);
            return;
        }
        foreach (var seed in _others)
            if (_asking.Add(seed)) ProbeAsync(seed).PipeTo(Self);
    }

    private async Task<Probed> ProbeAsync(Address seed) =>
        new(seed, await _askPort(seed.Host ?? "", seed.Port ?? 0).ConfigureAwait(false));

    private void OnProbed(Probed message)
    {
        _asking.Remove(message.Seed);
        if (message.Answer == PortAnswer.Refused) Note(message.Seed, SeedAnswer.NoProcess);
        else if (message.Answer == PortAnswer.Connected) Context.OnNode(message.Seed, NodeActors.Formation).Tell(new GetFormation());
    }

    private void Note(Address seed, SeedAnswer answer) => _answers[seed] = (answer, Now);

    private SeedAnswer AnswerOf(Address seed) =>
        _answers.TryGetValue(seed, out var known) && Now - known.At <= AnswersHold ? known.Answer : SeedAnswer.Unknown;

    private sealed record Probed(Address Seed, PortAnswer Answer);

    private sealed class Look
    {
        public static readonly Look Instance = new();
    }
}
