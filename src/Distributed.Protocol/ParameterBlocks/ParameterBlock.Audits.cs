using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Protocol.ParameterBlocks;

/// <summary>Audits: a step with audited shards waits until two workers agree on each of them.</summary>
public sealed partial class ParameterBlock
{
    private readonly List<WorkerId> _silent = [];
    private TimeSpan _disputeAt;

    /// <summary>Whether the assignment lets the block demand two opinions: one worker alone is not audited.</summary>
    internal bool IsAudited => _state is { AuditShare: > 0 } && (_assignment.Number == 0 || _assignment.CanAudit);

    /// <summary>A worker says what an audited shard comes to.</summary>
    public void OnPushShardHash(PushShardHash message, TimeSpan now)
    {
        if (_state is not { } state || message.Lineage != state.Lineage || message.Step != state.Step || state.Sums.HasDiverged) return;
        if (!state.Audits.Take(message.Shard, new ShardClaim(message.Worker, message.Hash))) return;
        Hear(now);
        _disputeAt = TimeSpan.Zero;
        ReportDispute(state, now);
        ApplyWhenComplete(state, now);
    }

    private void ApplyWhenComplete(LoadedState state, TimeSpan now)
    {
        if (state.Tree.IsComplete && !state.Sums.HasDiverged && !AwaitsAudits(state)) Apply(state, now);
    }

    /// <summary>Different opinions hold the step whoever is left; missing ones only while there is somebody who could have them.</summary>
    private bool AwaitsAudits(LoadedState state) =>
        state.Audits.HasShards && (state.Audits.Disputed is not null || (IsAudited && !state.Audits.AreIn));

    /// <summary>Different opinions are told, again and again, until the coordinator begins another lineage.</summary>
    private void ReportDispute(LoadedState state, TimeSpan now)
    {
        if (now < _disputeAt || state.Audits.Disputed is not { } shard) return;
        _disputeAt = now + _times.ReportAgain;
        _effects.ToCoordinator(new AuditDisputed(_job, _block, state.Lineage, state.Step, shard, [.. state.Audits.ClaimsOf(shard)]));
    }

    /// <summary>Weights go also to those that only audit in the step that they open.</summary>
    private void PushToAuditors(LoadedState state)
    {
        foreach (var shard in state.Audits.Shards)
            if (_assignment.SecondOf(state.Tree.Leaves, shard) is { } second && _assignment.RunAt(second, state.Tree.Leaves).Count == 0)
                Push(state, _assignment.Shares[second].Worker, state.Step, state.Current);
    }

    /// <summary>Asks those that should have computed an audited shard, and have said nothing, for what they have.</summary>
    private void AskAuditors(LoadedState state)
    {
        if (!AwaitsAudits(state)) return;
        foreach (var shard in state.Audits.Shards)
            foreach (var worker in AuditorsOf(state, shard))
                if (state.Audits.Lacks(shard, worker))
                    _effects.ToWorker(worker, new GetMissingNodes(_job, _block, state.Lineage, state.Step, new IndexRange(shard, 1)));
    }

    /// <summary>Those that keep the step waiting for an audit; a shard that is disputed is the coordinator's.</summary>
    private void FindSilent(LoadedState state)
    {
        _silent.Clear();
        if (!AwaitsAudits(state) || state.Audits.Disputed is not null) return;
        foreach (var shard in state.Audits.Shards)
            foreach (var worker in AuditorsOf(state, shard))
                if (state.Audits.Lacks(shard, worker) && !_silent.Contains(worker)) _silent.Add(worker);
    }

    private IEnumerable<WorkerId> AuditorsOf(LoadedState state, int shard)
    {
        if (_assignment.OwnerOf(state.Tree.Leaves, shard) is { } owner) yield return _assignment.Shares[owner].Worker;
        if (_assignment.SecondOf(state.Tree.Leaves, shard) is { } second) yield return _assignment.Shares[second].Worker;
    }
}
