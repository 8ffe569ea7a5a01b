namespace Distributed.Cluster.Membership;

/// <summary>One life of a node: its address in the cluster and the number that another process at the same address would not have.</summary>
internal sealed record Incarnation(string Host, int Port, int Uid);

/// <summary>
/// When a member's process is dead beyond doubt. A partition looks like silence; a host that is there and says that nobody listens on the
/// member's port any more does not. Once most of the core nodes have been told so, the member is dead and need not be waited for; everything
/// else (silence, too few witnesses) is left to the split-brain resolver. Core nodes and the time in, the next probes and the dead out.
/// </summary>
internal sealed class DeadProcessRule
{
    /// <summary>The most members under suspicion at a time; further ones are left to the resolver.</summary>
    public const int MaximumSuspects = 256;

    /// <summary>A suspect that gave nobody a reason to suspect it again is forgotten after so many probes of this node.</summary>
    public const int MaximumProbes = 12;

    private const int AnswersThatAcquit = 3;

    /// <summary>A port that refused longer ago than this says nothing.</summary>
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

    /// <summary>Whether anybody is under suspicion.</summary>
    public bool HasSuspects => _suspects.Count > 0;

    /// <summary>A connection with the member closed, it does not answer heartbeats, or another node was refused by it.</summary>
    public void OnSuspected(Incarnation member, TimeSpan now)
    {
        if (_suspects.TryGetValue(member, out var known)) known.Probes = 0;
        else if (_suspects.Count < MaximumSuspects) _suspects.Add(member, new Suspect { ProbeAt = now });
    }

    /// <summary>Who is to be probed now. Each of them is answered for by <see cref="OnRefused"/>, <see cref="OnAnswered"/> or <see cref="ProbeLater"/>.</summary>
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
            suspect.ProbeAt = TimeSpan.MaxValue; // until this probe is answered for
            due.Add(member);
        }
        return due;
    }

    /// <summary>A witness (this node, or another core node that says so) found that the member's host is there and its port is not.</summary>
    public void OnRefused(Incarnation member, Incarnation witness, TimeSpan now)
    {
        OnSuspected(member, now);
        if (_suspects.TryGetValue(member, out var suspect)) suspect.RefusedTo[witness] = now;
    }

    /// <summary>
    /// Somebody listens: what was said before is void. A process that is just dying may answer once more on a port that it has not closed
    /// yet, so one answer does not end the suspicion.
    /// </summary>
    public void OnAnswered(Incarnation member, TimeSpan now)
    {
        if (!_suspects.TryGetValue(member, out var suspect)) return;
        suspect.RefusedTo.Clear();
        if (++suspect.Answers >= AnswersThatAcquit) _suspects.Remove(member);
        else ProbeLater(member, now);
    }

    /// <summary>A probe of this node has ended: the next one follows, ever more rarely.</summary>
    public void ProbeLater(Incarnation member, TimeSpan now)
    {
        if (!_suspects.TryGetValue(member, out var suspect)) return;
        suspect.ProbeAt = now + suspect.Wait;
        suspect.Wait = suspect.Wait * 2 < LongestWait ? suspect.Wait * 2 : LongestWait;
    }

    /// <summary>The member is gone, or no member: whatever was said about it is void.</summary>
    public void Forget(Incarnation member) => _suspects.Remove(member);

    /// <summary>Suspects whose death most of the core nodes have seen.</summary>
    /// <param name="core">The core nodes that the cluster counts, dead ones that were not removed yet included.</param>
    /// <param name="now">The time.</param>
    public IReadOnlyList<Incarnation> Dead(IReadOnlySet<Incarnation> core, TimeSpan now) =>
        [.. _suspects.Where(pair => CountWitnesses(pair.Key, pair.Value, core, now) > core.Count / 2).Select(pair => pair.Key)];

    private static int CountWitnesses(Incarnation member, Suspect suspect, IReadOnlySet<Incarnation> core, TimeSpan now) =>
        suspect.RefusedTo.Count(testimony => testimony.Key != member && core.Contains(testimony.Key) && now - testimony.Value <= TestimonyHolds);
}
