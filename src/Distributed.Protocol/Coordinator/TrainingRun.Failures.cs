using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator;

/// <summary>
/// Attempts that end in an exception inside a block or a worker. So many in a row without an epoch or a checkpoint between them fail the job: what
/// does not fit into memory would otherwise be tried for ever, and no other job would have its turn.
/// </summary>
/// <remarks>
/// Only the word of the block or worker itself counts, at any moment: while the blocks load as well as while steps are computed. Whoever is lost with its
/// node says nothing, and a lineage that is to be replaced anyway (options, a resume, a move, a block that was lost before) is not lost to it.
/// </remarks>
public sealed partial class TrainingRun
{
    private readonly HashSet<WorkerId> _thrown = []; // workers whose work ended in an exception since the last step
    private readonly Dictionary<WorkerId, long> _heardFailures = []; // the newest of each worker in this lineage: it may be told twice
    private AttemptFailed? _failure; // not in the journal yet

    /// <summary>A block's last word before an exception ends it: the lineage is lost.</summary>
    public void OnBlockFailed(BlockFailed message, TimeSpan now)
    {
        _now = now;
        if (IsAtRest || _term == 0 || message.Lineage != Lineage || ViewOf(message.Block) is not { Known: true } view) return;
        if (message.Incarnation != view.Incarnation || view.IsLeaving || _lostReason is not null || IsReplaced) return;
        view.Forget();
        _lostReason = message.Cause;
        NoteFailure(message.Cause, message.IsOutOfMemory);
        Reconcile();
    }

    /// <summary>
    /// A worker's work ended in an exception: others compute its shards. It counts once all that are assigned have thrown since the last step; one that
    /// others can do without fails no job.
    /// </summary>
    public void OnWorkerFailed(WorkerFailed message, TimeSpan now)
    {
        _now = now;
        if (message.Lineage != Lineage || message.Number <= _heardFailures.GetValueOrDefault(message.Worker)) return; // of the past, or told again
        _heardFailures[message.Worker] = message.Number;
        var takesPart = _crew.Find(message.Worker) is { IsExcluded: false };
        _crew.Remove(message.Worker);
        if (takesPart && _lineageComplete && _lostReason is null && !IsReplaced && !IsAtRest)
        {
            _thrown.Add(message.Worker);
            if (_crew.AreAllReadyAmong(Lineage, _thrown))
            {
                _thrown.Clear();
                NoteFailure(message.Cause, message.IsOutOfMemory);
            }
        }
        Reconcile();
    }

    /// <summary>Whether the next lineage begins whatever becomes of this one: nothing that happens in it is lost.</summary>
    private bool IsReplaced =>
        _needsLineage || _history.Lineage is { } lineage && (lineage.Blocks != BlockCount || lineage.AuditShare != _history.Options.AuditShare);

    private void NoteFailure(string cause, bool isOutOfMemory) =>
        _failure ??= new AttemptFailed(Lineage, _progress?.Step ?? CompletedStep ?? _history.Lineage?.CheckpointStep ?? 0, cause, isOutOfMemory);

    /// <summary>The end of a job whose attempts all fail; null while another one is worth it, and for one that a person ends anyway.</summary>
    private JobEnded? GiveUp()
    {
        var failures = _history.Failures;
        if (failures.Count < JobHistory.MaximumFailures || _history.IsCancelled) return null;
        var last = failures.LastOrDefault(failure => failure.IsOutOfMemory) ?? failures[^1];
        var advice = last.IsOutOfMemory
            ? "take a smaller network or batch, spread it over more parameter servers and blocks, or give the nodes more memory"
            : "the log of that node says where it was thrown";
        return new JobEnded(
            JobOutcome.Failed, failures[^1].Step, null,
            $"{last.Cause}; {failures.Count} attempts in a row ended so, without an epoch or a checkpoint between them: {advice}");
    }
}
