namespace Distributed.Protocol;

/// <summary>The workers as the coordinator knows them, and the assignment that follows from them.</summary>
internal sealed class Crew
{
    /// <summary>The most workers of one job; further ones are not asked to join.</summary>
    public const int MaximumWorkers = 10_000;

    private readonly SortedDictionary<WorkerId, Member> _members = new(WorkerId.Order);

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

    public void Add(WorkerId worker)
    {
        if (_members.Count < MaximumWorkers && !_members.ContainsKey(worker)) _members.Add(worker, new Member());
    }

    public void Remove(WorkerId worker) => _members.Remove(worker);

    public Member? Find(WorkerId worker) => _members.GetValueOrDefault(worker);

    public int CountReady(long lineage) => _members.Values.Count(member => member.ReadyLineage == lineage);

    /// <summary>Equal shares for all that are ready; nothing for late ones while anybody else is there.</summary>
    public IReadOnlyList<WorkerShare> Shares(long lineage, long assignment, TimeSpan now)
    {
        var ready = _members.Where(pair => pair.Value.ReadyLineage == lineage).ToList();
        foreach (var (_, member) in ready)
            if (member.IsLate && now >= member.LateUntil && member.AcknowledgedNumber == assignment) member.IsLate = false;
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
