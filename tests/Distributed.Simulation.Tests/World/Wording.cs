using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;

namespace Distributed.Simulation.Tests.World;

/// <summary>The readable trace of one schedule.</summary>
internal sealed class Trace(VirtualTime time)
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public void Line(string line) => _lines.Add($"{time.Now.TotalMilliseconds,10:F2}  {line}");
}

/// <summary>Short forms of messages.</summary>
internal static class Wording
{
    public static string Of(object message) => message switch
    {
        PushGradient m => $"PushGradient L{m.Lineage} step {m.Step} {m.Node}",
        WeightsUpdated m => $"WeightsUpdated from block {m.Block} L{m.Lineage} version {m.Step}",
        AssignBlock m => $"AssignBlock T{m.Term} L{m.Lineage} {Of(m.Assignment)} open {m.OpenThrough}",
        AssignWorker m => $"AssignWorker T{m.Term} L{m.Lineage} {Of(m.Assignment)} open {m.OpenThrough}",
        LoadBlock m => $"LoadBlock T{m.Term} L{m.Lineage} K{m.Blocks} query {m.Query} from {m.Checkpoint?.Step.ToString() ?? "the beginning"} open {m.OpenThrough}",
        JoinJob m => $"JoinJob T{m.Term} L{m.Lineage} K{m.Blocks}",
        StartJob m => $"StartJob {m.Options}",
        JobSubmitted m => $"JobSubmitted {m.Options}",
        CheckpointCommitted m => $"CheckpointCommitted step {m.Checkpoint.Step} of L{m.Checkpoint.Lineage}, {m.Checkpoint.Parts.Count} parts",
        EpochDecided m => $"EpochDecided {m.Epoch}{(m.IsBest ? " best" : "")} {m.Stop?.ToString() ?? "goes on"}",
        EpochEnded m => $"EpochEnded {m.Decision.Epoch} at step {m.Step}",
        EpochCompleted m => $"EpochCompleted L{m.Lineage} {m.Epoch}",
        StepsProgressed m => $"StepsProgressed L{m.Lineage} step {m.Step}",
        SnapshotSaved m => $"SnapshotSaved by {m.Block} L{m.Lineage} step {m.Step}",
        StepLate m => $"StepLate by {m.Block} L{m.Lineage} step {m.Step}: {string.Join(", ", m.Missing.Select(gap => $"{gap.First}+{gap.Count}"))}",
        EvaluationLate m => $"EvaluationLate L{m.Lineage} epoch {m.Epoch}: {string.Join(", ", m.Missing.Select(gap => $"{gap.First}+{gap.Count}"))}",
        PushShardHash m => $"PushShardHash by {m.Worker} L{m.Lineage} step {m.Step} shard {m.Shard}: {m.Hash:x16}",
        AuditDisputed m => $"AuditDisputed by {m.Block} L{m.Lineage} step {m.Step} shard {m.Shard}: {string.Join(", ", m.Claims.Select(claim => $"{claim.Worker} {claim.Hash:x16}"))}",
        PushEvaluation m => $"PushEvaluation L{m.Lineage} epoch {m.Epoch} {m.Node}",
        _ => message.ToString()!.Replace("Job = simulated, ", "", StringComparison.Ordinal).Replace("Job = simulated ", "", StringComparison.Ordinal),
    };

    private static string Of(Assignment assignment) =>
        $"#{assignment.Number >> 32}.{assignment.Number & uint.MaxValue} [{string.Join(" ", assignment.Shares.Select(share => $"{share.Worker}:{share.Weight}"))}]";
}
