namespace Distributed.Protocol;

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
        public long AcknowledgedNumber;
        public TimeSpan AskAt;
        public bool IsLate; // its shards go to others until the penalty is over and it answers again
        public TimeSpan LateUntil;
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

    public void Add(WorkerId worker)
    {
        if (_members.Count < MaximumWorkers && !_members.ContainsKey(worker)) _members.Add(worker, new Member());
    }

    public void Remove(WorkerId worker)
    {
        if (_members.Remove(worker, out var member) && member.ReadyLineage > 0) Pending = Change.SomebodyIsMissing;
    }

    public void MakeReady(Member member, long lineage)
    {
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

    public int CountReady(long lineage) => _members.Values.Count(member => member.ReadyLineage == lineage);

    /// <summary>Equal shares for all that are ready; nothing for late ones while anybody else is there.</summary>
    public IReadOnlyList<WorkerShare> Shares(long lineage, long assignment, TimeSpan now)
    {
        var ready = _members.Where(pair => pair.Value.ReadyLineage == lineage).ToList();
        foreach (var (_, member) in ready)
            if (member.IsLate && now >= member.LateUntil && member.AcknowledgedNumber == assignment) member.IsLate = false;
        _pardonAt = _members.Values.Where(member => member.IsLate).Select(member => member.LateUntil).DefaultIfEmpty(TimeSpan.MaxValue).Min();
        Pending = Change.None;
        var anyPrompt = ready.Exists(pair => !pair.Value.IsLate);
        return [.. ready.Select(pair => new WorkerShare(pair.Key, anyPrompt && pair.Value.IsLate ? 0 : 1))];
    }

    /// <summary>Why nobody computes, for people.</summary>
    public string WaitingReason(int least)
    {
        var refusal = _members.Values.Select(member => member.Refusal).FirstOrDefault(reason => reason is not null);
        var waiting = $"waiting for workers: {_members.Values.Count(member => member.ReadyLineage > 0)} ready of at least {least}";
        return refusal is null ? waiting : $"{waiting}; one refused: {refusal}";
    }
}
