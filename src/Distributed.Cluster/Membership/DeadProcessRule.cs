namespace Distributed.Cluster.Membership;

/// <summary>One incarnation of a node: its cluster address and the uid that another process at that address would not share.</summary>
internal sealed record Incarnation(string Host, int Port, int Uid);

/// <summary>
/// Decides when a member's process is certainly dead. A partition looks like silence; a reachable host that refuses connections on the member's port
/// does not. Once most core nodes have observed a refusal, the member is dead and need not be waited for; all other cases (silence, too few
/// witnesses) are left to the split-brain resolver. Input: core nodes and the time; output: the next probes and the dead.
/// </summary>
internal sealed class DeadProcessRule
{
    /// <summary>The maximum number of suspects; further ones are left to the resolver.</summary>
    public const int MaximumSuspects = 256;

    /// <summary>A suspect with no new grounds for suspicion is forgotten after this many probes by this node.</summary>
    public const int MaximumProbes = 12;

    private const int AnswersThatAcquit = 3;

    /// <summary>A refusal older than this no longer counts.</summary>
    public static readonly TimeSpan TestimonyHolds = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Incarnation, Suspect> _suspects = [];

    private sealed class Suspect
    {
        public readonly Dictionary<Incarnation, TimeSpan> RefusedTo = [];
        public TimeSpan ProbeAt;
        public TimeSpan Wait = FirstWait;
        public int Probes;
        public int Answers;
    }

    /// <summary>Whether any member is under suspicion.</summary>
    public bool HasSuspects => _suspects.Count > 0;

    /// <summary>A connection to the member closed, or it misses heartbeats, or refused another node.</summary>
    public void OnSuspected(Incarnation member, TimeSpan now)
    {
        if (_suspects.TryGetValue(member, out var known)) known.Probes = 0;
        else if (_suspects.Count < MaximumSuspects) _suspects.Add(member, new Suspect { ProbeAt = now });
    }

    /// <summary>
    /// The members to probe now. Complete each probe with <see cref="OnRefused"/>, <see cref="OnAnswered"/> or <see cref="ProbeLater"/>.
    /// </summary>
    public IReadOnlyList<Incarnation> TakeProbes(TimeSpan now)
    {
        var due = new List<Incarnation>();
        foreach (var (member, suspect) in _suspects)
        {
            if (now < suspect.ProbeAt) continue;
            if (suspect.Probes >= MaximumProbes)
            {
                _suspects.Remove(member);
                continue;
            }
            suspect.Probes++;
            suspect.ProbeAt = TimeSpan.MaxValue; // until this probe completes
            due.Add(member);
        }
        return due;
    }

    /// <summary>A witness (this node or another core node) found the member's host up and its port closed.</summary>
    public void OnRefused(Incarnation member, Incarnation witness, TimeSpan now)
    {
        OnSuspected(member, now);
        if (_suspects.TryGetValue(member, out var suspect)) suspect.RefusedTo[witness] = now;
    }

    /// <summary>
    /// The port answered, which voids earlier testimony. A dying process may answer once more on a port it has not closed yet, so one answer does not
    /// end the suspicion.
    /// </summary>
    public void OnAnswered(Incarnation member, TimeSpan now)
    {
        if (!_suspects.TryGetValue(member, out var suspect)) return;
        suspect.RefusedTo.Clear();
        if (++suspect.Answers >= AnswersThatAcquit) _suspects.Remove(member);
        else ProbeLater(member, now);
    }

    /// <summary>A probe by this node has ended: schedules the next, at growing intervals.</summary>
    public void ProbeLater(Incarnation member, TimeSpan now)
    {
        if (!_suspects.TryGetValue(member, out var suspect)) return;
        suspect.ProbeAt = now + suspect.Wait;
        suspect.Wait = suspect.Wait * 2 < LongestWait ? suspect.Wait * 2 : LongestWait;
    }

    /// <summary>The member is gone or is not a member: discards all testimony about it.</summary>
    public void Forget(Incarnation member) => _suspects.Remove(member);

    /// <summary>Suspects seen dead by most of the core nodes.</summary>
    /// <param name="core">The core nodes that the cluster counts, including dead ones not yet removed.</param>
    /// <param name="now">The current time.</param>
    public IReadOnlyList<Incarnation> Dead(IReadOnlySet<Incarnation> core, TimeSpan now) =>
        [.. _suspects.Where(pair => CountWitnesses(pair.Key, pair.Value, core, now) > core.Count / 2).Select(pair => pair.Key)];

    private static int CountWitnesses(Incarnation member, Suspect suspect, IReadOnlySet<Incarnation> core, TimeSpan now) =>
        suspect.RefusedTo.Count(testimony => testimony.Key != member && core.Contains(testimony.Key) && now - testimony.Value <= TestimonyHolds);
}
