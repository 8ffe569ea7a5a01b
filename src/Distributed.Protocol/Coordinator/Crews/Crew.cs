using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Coordinator.Crews;

/// <summary>The workers the coordinator knows, across lineages, and the shares derived from them.</summary>
internal sealed class Crew(RunContext context)
{
    /// <summary>The most workers of one job; further ones are not asked to join.</summary>
    public const int MaximumWorkers = 10_000;

    private readonly SortedDictionary<WorkerId, Member> _members = new(WorkerId.Order);
    private TimeSpan _pardonAt = TimeSpan.MaxValue; // the earliest end of any penalty
    private TimeSpan _speakAt; // when unanswered messages to workers are resent
    private bool _isMeasured; // a speed was reported since shares and speeds were last compared
    private TimeSpan _replanAt;

    internal sealed class Member
    {
        public long ReadyLineage;
        public string? Refusal;
        public bool IsExcluded; // permanently: it computed wrongly
        public long AcknowledgedNumber;
        public TimeSpan AskAt;
        public bool IsLate; // its shards go to others until the penalty ends and it answers again
        public TimeSpan LateUntil;
        public double? Speed; // samples per second, smoothed
        public TimeSpan MeasuredAt;
        public double? PlannedSpeed; // on which its share was last planned
        public TimingPair Timings; // compute and wait, for display only
    }

    /// <summary>How urgent a change of shares is.</summary>
    internal enum Change
    {
        None,
        WorkerCame,
        WorkerIsMissing,
    }

    public IReadOnlyDictionary<WorkerId, Member> Members => _members;

    /// <summary>Whether shares may have changed since they were last requested, and whether that is urgent: a worker is gone or late.</summary>
    public Change Pending { get; private set; }

    /// <summary>Whether a penalty may have expired.</summary>
    public bool MayPardon => context.Now >= _pardonAt;

    /// <summary>Whether the job's minimum number of workers is ready.</summary>
    public bool HasEnough => _members.Values.Count(member => member.ReadyLineage == context.Lineage) >= LeastWorkers;

    /// <summary>Workers that the job waits for. Excluded workers did arrive, so they are not waited for again.</summary>
    private int LeastWorkers => Math.Max(1, context.History.Options.MinimumWorkers - context.History.Exclusions.Count);

    public Member? Find(WorkerId worker) => _members.GetValueOrDefault(worker);

    /// <summary>A worker is available.</summary>
    public void Add(WorkerId worker)
    {
        _speakAt = TimeSpan.Zero;
        if (_members.Count >= MaximumWorkers || _members.ContainsKey(worker)) return;
        var exclusion = context.History.ExclusionOf(worker)?.Reason;
        _members.Add(worker, new Member { IsExcluded = exclusion is not null, Refusal = exclusion });
    }

    public void Exclude(WorkerId worker, string reason)
    {
        if (Find(worker) is not { } member) return;
        if (member.ReadyLineage > 0) Pending = Change.WorkerIsMissing;
        member.IsExcluded = true;
        member.Refusal = reason;
        member.ReadyLineage = 0;
    }

    public void Remove(WorkerId worker)
    {
        if (_members.Remove(worker, out var member) && member.ReadyLineage > 0) Pending = Change.WorkerIsMissing;
    }

    public void MakeReady(Member member, long lineage)
    {
        _speakAt = TimeSpan.Zero;
        if (member.IsExcluded) return;
        member.Refusal = null;
        if (lineage <= member.ReadyLineage) return;
        member.ReadyLineage = lineage;
        if (Pending == Change.None) Pending = Change.WorkerCame;
    }

    public void Refuse(WorkerId worker, string reason)
    {
        if (Find(worker) is { IsExcluded: false } member) member.Refusal = reason;
    }

    /// <summary>A worker gets no shards until its penalty is over and it answers.</summary>
    public void MakeLate(WorkerId worker)
    {
        if (Find(worker) is not { } member) return;
        if (!member.IsLate) Pending = Change.WorkerIsMissing;
        member.IsLate = true;
        member.LateUntil = context.Now + context.Times.LatePenalty;
        if (member.LateUntil < _pardonAt) _pardonAt = member.LateUntil;
    }

    /// <summary>Whether all ready workers are in the given set; also true when none is ready.</summary>
    public bool AreAllReadyAmong(HashSet<WorkerId> among) =>
        _members.All(pair => pair.Value.ReadyLineage != context.Lineage || among.Contains(pair.Key));

    /// <summary>A worker reports its speed. Half of the previous value stays: a single measurement may be an outlier.</summary>
    public void Measure(WorkerMeasured message)
    {
        if (Find(message.Worker) is not { } member || !double.IsFinite(message.SamplesPerSecond) || message.SamplesPerSecond <= 0) return;
        member.Speed = member.Speed is { } before ? (before + message.SamplesPerSecond) / 2 : message.SamplesPerSecond;
        member.MeasuredAt = context.Now;
        member.Timings = new TimingPair(message.Compute, message.Wait);
        _isMeasured = true;
    }

    /// <summary>Workers that have not answered are contacted without delay: there is news.</summary>
    public void SpeakAtOnce()
    {
        _speakAt = TimeSpan.Zero;
        foreach (var member in _members.Values) member.AskAt = TimeSpan.Zero;
    }

    /// <summary>
    /// Workers that have neither joined the lineage nor acknowledged its assignment, and are due. Scans only when something is due.
    /// </summary>
    /// <param name="assignment">The assignment's number; 0 for none.</param>
    public IReadOnlyList<(WorkerId Worker, bool IsReady)> ToSpeakTo(long assignment)
    {
        if (context.Now < _speakAt) return [];
        _speakAt = TimeSpan.MaxValue;
        var due = new List<(WorkerId, bool)>();
        foreach (var (worker, member) in _members)
        {
            var isReady = member.ReadyLineage == context.Lineage;
            if (member.IsExcluded || (isReady && (assignment == 0 || member.AcknowledgedNumber == assignment))) continue;
            if (context.Now >= member.AskAt)
            {
                member.AskAt = context.Now + context.Times.AskAgain;
                due.Add((worker, isReady));
            }
            if (member.AskAt < _speakAt) _speakAt = member.AskAt;
        }
        return due;
    }

    /// <summary>
    /// Whether the shares in force differ enough from the measured speeds to be worth a change; if so, replans by those speeds. Checked at bounded
    /// intervals.
    /// </summary>
    public bool Replan(Assignment assignment, TimeSpan assignedAt)
    {
        var times = context.Times;
        if (!_isMeasured || context.Now < _replanAt || assignment.Shares.Count < 2 || context.Now - assignedAt < times.AskAgain) return false;
        _isMeasured = false; // nothing new until the next measurement
        _replanAt = context.Now + times.ReplanEvery / 10;
        Forgive(assignment);
        var speeds = new double?[assignment.Shares.Count];
        for (var i = 0; i < speeds.Length; i++)
        {
            var member = Find(assignment.Shares[i].Worker);
            speeds[i] = member is null or { IsLate: true } ? 0 : member.Speed;
        }
        if (!Array.Exists(speeds, speed => speed > 0) || !SpeedPlan.IsWorthAChange(speeds, assignment, Leaves)) return false;
        foreach (var member in _members.Values) member.PlannedSpeed = member.Speed;
        _replanAt = context.Now + times.ReplanEvery;
        return true;
    }

    /// <summary>
    /// Shares for all ready workers, equal until planned by speed. Late workers get nothing while any other is present, and unresponsive ones nothing
    /// while a late one responds.
    /// </summary>
    /// <param name="assignment">The number of the assignment in force.</param>
    public IReadOnlyList<WorkerShare> Shares(long assignment)
    {
        var ready = _members.Where(pair => pair.Value.ReadyLineage == context.Lineage).ToList();
        foreach (var (_, member) in ready)
            if (member.IsLate && context.Now >= member.LateUntil && member.AcknowledgedNumber == assignment) member.IsLate = false;
        _pardonAt = _members.Values.Where(member => member.IsLate).Select(member => member.LateUntil).DefaultIfEmpty(TimeSpan.MaxValue).Min();
        Pending = Change.None;
        // When all are late, those that answer are slow; the others may be gone.
        Predicate<KeyValuePair<WorkerId, Member>> isPrompt = pair => !pair.Value.IsLate, answers = pair => pair.Value.AcknowledgedNumber == assignment;
        var counts = ready.Exists(isPrompt) ? isPrompt : ready.Exists(answers) ? answers : _ => true;
        if (!ready.Exists(pair => pair.Value.PlannedSpeed is not null))
            return [.. ready.Select(pair => ShareOf(pair, counts(pair) ? 1 : 0))];
        var weights = SpeedPlan.Shares([.. ready.Select(pair => counts(pair) ? pair.Value.PlannedSpeed : 0)], Leaves);
        return [.. ready.Select((pair, i) => ShareOf(pair, weights[i]))];

        WorkerShare ShareOf(KeyValuePair<WorkerId, Member> pair, int weight) => new(pair.Key, weight) { IsLate = !counts(pair) };
    }

    /// <summary>Why no worker computes, for display.</summary>
    public string WaitingReason()
    {
        var refusal = _members.Values.Select(member => member.Refusal).FirstOrDefault(reason => reason is not null);
        var waiting = $"waiting for workers: {_members.Values.Count(member => member.ReadyLineage > 0)} ready of at least {LeastWorkers}";
        return refusal is null ? waiting : $"{waiting}; one refused: {refusal}";
    }

    /// <summary>Shards of a full step.</summary>
    private int Leaves => context.Plan!.ShardCount(0);

    /// <summary>Workers without shards are not measured: they get another chance, at twice the speed each time.</summary>
    private void Forgive(Assignment assignment)
    {
        var fastest = _members.Values.Max(member => member.Speed) ?? 0;
        for (var i = 0; i < assignment.Shares.Count; i++)
        {
            if (Find(assignment.Shares[i].Worker) is not { Speed: { } speed, IsLate: false } member) continue;
            if (assignment.RunAt(i, Leaves).Count > 0 || context.Now - member.MeasuredAt < context.Times.SpeedStaleAfter) continue;
            member.Speed = Math.Min(2 * speed, fastest);
            member.MeasuredAt = context.Now;
        }
    }
}
