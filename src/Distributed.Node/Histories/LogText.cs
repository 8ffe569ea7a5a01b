using System.Globalization;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Specification;

namespace Distributed.Node.Histories;

/// <summary>A job's journal in words.</summary>
internal static class LogText
{
    /// <summary>One line of the log; null for an event that is not shown.</summary>
    public static string? Of(JournalEvent journalEvent) => journalEvent switch
    {
        JobSubmitted submitted => $"begins: at most {Count(submitted.Specification.Epochs)} epochs, {submitted.Options.Blocks} parameter block{(submitted.Options.Blocks == 1 ? "" : "s")}",
        JobSummarized summary => $"the journal is summed up: {Count(summary.Decisions.Count)} epochs decided"
            + (summary.Checkpoints is [.., var newest] ? $", the newest checkpoint at step {Count(newest.Step)}" : ""),
        RunOptionsChanged changed => $"goes on with {changed.Options.Blocks} parameter block{(changed.Options.Blocks == 1 ? "" : "s")}, at least {changed.Options.MinimumWorkers} worker{(changed.Options.MinimumWorkers == 1 ? "" : "s")}",
        TermStarted { Term: > 1 } started => $"another coordinator goes on with it (term {started.Term})",
        LineageStarted { Lineage: > 1 } started => $"goes on from {(started.CheckpointStep is { } step ? $"the checkpoint at step {Count(step)}" : "its beginning")}",
        TrainingBegan began => $"computes with {began.Workers} worker{(began.Workers == 1 ? "" : "s")}",
        WorkerExcluded excluded => excluded.Reason,
        AttemptFailed failed => $"an attempt failed at step {Count(failed.Step)}: {failed.Cause}",
        CheckpointCommitted committed => $"checkpoint at step {Count(committed.Checkpoint.Step)}",
        EpochDecided decided => $"epoch {decided.Epoch + 1}: {Metrics(decided.Metrics)}{(decided.IsBest ? ", the best so far" : "")}",
        PauseChanged { Paused: true } => "pauses",
        PauseChanged => "resumes",
        CancelRequested => "is being cancelled",
        JobEnded { Outcome: JobOutcome.Failed } ended => $"failed at step {Count(ended.Step)}: {ended.Message}",
        JobEnded { IsWithoutWeights: true } ended => $"cancelled: {ended.Message}",
        JobEnded ended => $"{ended.Outcome.ToString().ToLowerInvariant()} at step {Count(ended.Step)}",
        _ => null,
    };

    private static string Metrics(EpochMetrics metrics)
    {
        var parts = new List<string> { $"training loss {Real(metrics.TrainLoss)}" };
        if (metrics.ValidationLoss is { } loss) parts.Add($"validation loss {Real(loss)}");
        if (metrics.ValidationAccuracy is { } accuracy) parts.Add(string.Create(CultureInfo.InvariantCulture, $"validation accuracy {accuracy:0.00 %}"));
        if (metrics.ValidationR2 is { } r2) parts.Add($"validation R² {Real(r2)}");
        return string.Join(", ", parts);
    }

    private static string Real(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
