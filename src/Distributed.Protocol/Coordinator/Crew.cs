using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.Coordinator;

/// <summary>The workers as the coordinator knows them, and the assignment that follows from them.</summary>
internal sealed class Crew
{
    /// <summary>The most workers of one job; further ones are not asked to join.</summary>
    public const int MaximumWorkers = 10_000;

    private readonly SortedDictionary<WorkerId, Member> _members = new(WorkerId.Order);
    private TimeSpan _pardonAt = TimeSpan.MaxValue; // not before this any penalty ends

    public sealed class Member
    {
        public long ReadyLineage;
        public string? Refusal;
        public bool IsExcluded; // for good: it computed wrongly
        public long AcknowledgedNumber;
        public TimeSpan AskAt;
        public bool IsLate; // its shards go to others until the penalty is over and it answers again
        public TimeSpan LateUntil;
        public double? Speed; // samples per second, smoothed
        public TimeSpan MeasuredAt;
        public double? PlannedSpeed; // by which its share was planned last
        public StepTiming? Compute; // for people alone
        public StepTiming? Wait;
    }

    public IReadOnlyDictionary<WorkerId, Member> Members => _members;

    /// <summary>Whether shares may be others than when they were last asked for, and whether that must not wait: somebody is gone or late.</summary>
    public Change Pending { get; private set; }

    /// <summary>How urgent a change of the shares is.</summary>
    public enum Change
    {
        None,
        SomebodyCame,
        SomebodyIsMissing,
    }

    /// <summary>A worker is there.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="exclusion">Why it was excluded; null when it was not.</param>
    public void Add(WorkerId worker, string? exclusion)
    {
        if (_members.Count < MaximumWorkers && !_members.ContainsKey(worker))
            _members.Add(worker, new Member { IsExcluded = exclusion is not null, Refusal = exclusion });
    }

    public void Exclude(Member member, string reason)
    {
        if (member.ReadyLineage > 0) Pending = Change.SomebodyIsMissing;
        member.IsExcluded = true;
        member.Refusal = reason;
        member.ReadyLineage = 0;
    }

    public void Remove(WorkerId worker)
    {
        if (_members.Remove(worker, out var member) && member.ReadyLineage > 0) Pending = Change.SomebodyIsMissing;
    }

    public void MakeReady(Member member, long lineage)
    {
        if (member.IsExcluded) return;
        member.Refusal = null;
        if (lineage <= member.ReadyLineage) return;
        member.ReadyLineage = lineage;
        if (Pending == Change.None) Pending = Change.SomebodyCame;
    }

    public void MakeLate(Member member, TimeSpan until)
    {
        if (!member.IsLate) Pending = Change.SomebodyIsMissing;
        member.IsLate = true;
        member.LateUntil = until;
        if (until < _pardonAt) _pardonAt = until;
    }

    /// <summary>Whether a penalty may be over.</summary>
    public bool MayPardon(TimeSpan now) => now >= _pardonAt;

    public Member? Find(WorkerId worker) => _members.GetValueOrDefault(worker);

    /// <summary>Whether all ready workers are among some; also when none is ready.</summary>
    public bool AreAllReadyAmong(long lineage, HashSet<WorkerId> among) =>
        _members.All(pair => pair.Value.ReadyLineage != lineage || among.Contains(pair.Key));

    public int CountReady(long lineage) => _members.Values.Count(member => member.ReadyLineage == lineage);

    /// <summary>A worker tells its speed. Half of what it was told before stays: one measurement may have met a hiccup.</summary>
    public static void Measure(Member member, double samplesPerSecond, TimeSpan now)
    {
        member.Speed = member.Speed is { } before ? (before + samplesPerSecond) / 2 : samplesPerSecond;
        member.MeasuredAt = now;
    }

    /// <summary>Whether the shares in force are so far from the measured speeds that others are worth a change; then they are planned by them.</summary>
    public bool Replan(Assignment assignment, int leaves, TimeSpan now, TimeSpan staleAfter)
    {
        Forgive(assignment, leaves, now, staleAfter);
        var speeds = new double?[assignment.Shares.Count];
        for (var i = 0; i < speeds.Length; i++)
        {
            var member = Find(assignment.Shares[i].Worker);
            speeds[i] = member is null or { IsLate: true } ? 0 : member.Speed;
        }
        if (!Array.Exists(speeds, speed => speed > 0) || !SpeedPlan.IsWorthAChange(speeds, assignment, leaves)) return false;
        foreach (var member in _members.Values) member.PlannedSpeed = member.Speed;
        return true;
    }

    /// <summary>Those that have nothing to do are not measured: they get another chance, twice as good each time.</summary>
    private void Forgive(Assignment assignment, int leaves, TimeSpan now, TimeSpan staleAfter)
    {
        var fastest = _members.Values.Max(member => member.Speed) ?? 0;
        for (var i = 0; i < assignment.Shares.Count; i++)
        {
            if (Find(assignment.Shares[i].Worker) is not { Speed: { } speed, IsLate: false } member) continue;
            if (assignment.RunAt(i, leaves).Count > 0 || now - member.MeasuredAt < staleAfter) continue;
            member.Speed = Math.Min(2 * speed, fastest);
            member.MeasuredAt = now;
        }
    }

    /// <summary>
    /// Shares for all that are ready, equal until they were planned by speed; nothing for late ones while anybody else is there, and
    /// nothing for those that do not even answer while a late one does.
    /// </summary>
    public IReadOnlyList<WorkerShare> Shares(long lineage, long assignment, int leaves, TimeSpan now)
    {
        var ready = _members.Where(pair => pair.Value.ReadyLineage == lineage).ToList();
        foreach (var (_, member) in ready)
            if (member.IsLate && now >= member.LateUntil && member.AcknowledgedNumber == assignment) member.IsLate = false;
        _pardonAt = _members.Values.Where(member => member.IsLate).Select(member => member.LateUntil).DefaultIfEmpty(TimeSpan.MaxValue).Min();
        Pending = Change.None;
        // When all are late, those that answer are slow; the others may not be there at all.
        Predicate<KeyValuePair<WorkerId, Member>> isPrompt = pair => !pair.Value.IsLate, answers = pair => pair.Value.AcknowledgedNumber == assignment;
        var counts = ready.Exists(isPrompt) ? isPrompt : ready.Exists(answers) ? answers : _ => true;
        if (!ready.Exists(pair => pair.Value.PlannedSpeed is not null))
            return [.. ready.Select(pair => ShareOf(pair, counts(pair) ? 1 : 0))];
        var weights = SpeedPlan.Shares([.. ready.Select(pair => counts(pair) ? pair.Value.PlannedSpeed : 0)], leaves);
        return [.. ready.Select((pair, i) => ShareOf(pair, weights[i]))];

        WorkerShare ShareOf(KeyValuePair<WorkerId, Member> pair, int weight) => new(pair.Key, weight) { IsLate = !counts(pair) };
    }

    /// <summary>Why nobody computes, for people.</summary>
    public string WaitingReason(int least)
    {
        var refusal = _members.Values.Select(member => member.Refusal).FirstOrDefault(reason => reason is not null);
        var waiting = $"waiting for workers: {_members.Values.Count(member => member.ReadyLineage > 0)} ready of at least {least}";
        return refusal is null ? waiting : $"{waiting}; one refused: {refusal}";
    }
}
