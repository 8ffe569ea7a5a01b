using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Coordinator.Crews;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator.Lineages;

/// <summary>
/// Attempts that end in an exception inside a block or a worker. <see cref="JobHistory.MaximumFailures"/> in a row, with no epoch or checkpoint in
/// between, fail the job: otherwise a job that does not fit into memory would retry forever and block the queue.
/// </summary>
/// <remarks>
/// Only a report from the block or worker itself counts, while blocks load as well as while steps are computed. One lost with its node
/// reports nothing. A lineage about to be replaced anyway (options, a resume, a move, a block lost earlier) is not lost to an exception.
/// </remarks>
internal sealed class Failures(RunContext context, Crew crew, BlockRoster blocks, LineageFate fate, TrainingProgress progress)
{
    private readonly HashSet<WorkerId> _thrown = []; // workers that have thrown since the last step
    private readonly Dictionary<WorkerId, long> _heard = []; // the newest of each worker, since reports may repeat

    /// <summary>A failed attempt not yet in the journal; null for none.</summary>
    public AttemptFailed? Pending { get; private set; }

    /// <summary>A block's last message before an exception ends it: the lineage is lost. False when the message is stale.</summary>
    public bool Hear(BlockFailed message)
    {
        if (context.Term == 0 || message.Lineage != context.Lineage || blocks.Find(message.Block) is not { IsKnown: true } view) return false;
        if (message.Incarnation != view.Incarnation || view.IsLeaving || fate.Lost is not null || fate.IsReplaced) return false;
        view.Forget();
        fate.Lose(message.Cause);
        Note(message.Cause, message.IsOutOfMemory);
        return true;
    }

    /// <summary>
    /// A worker's work ended in an exception: others compute its shards. It counts once all assigned workers have thrown since the last step; a
    /// worker that others can replace fails no job. False when the message is stale.
    /// </summary>
    /// <param name="message">Its report.</param>
    /// <param name="isAtRest">Whether the job rests: then nothing of it is lost.</param>
    public bool Hear(WorkerFailed message, bool isAtRest)
    {
        if (message.Lineage != context.Lineage || message.Number <= _heard.GetValueOrDefault(message.Worker)) return false;
        _heard[message.Worker] = message.Number;
        var takesPart = crew.Find(message.Worker) is { IsExcluded: false };
        crew.Remove(message.Worker);
        if (!takesPart || !blocks.IsComplete || fate.Lost is not null || fate.IsReplaced || isAtRest) return true;
        _thrown.Add(message.Worker);
        if (!crew.AreAllReadyAmong(_thrown)) return true;
        _thrown.Clear();
        Note(message.Cause, message.IsOutOfMemory);
        return true;
    }

    /// <summary>Steps advance: earlier exceptions did not stop them.</summary>
    public void ForgetThrown() => _thrown.Clear();

    /// <summary>The failed attempt is in the journal; watchers are notified.</summary>
    public void Noted(AttemptFailed failed)
    {
        Pending = null;
        context.Effects.Publish(new JobWaiting(
            context.Job, $"{failed.Cause} (attempt {context.History.Failures.Count} of {JobHistory.MaximumFailures})"));
    }

    private void Note(string cause, bool isOutOfMemory) =>
        Pending ??= new AttemptFailed(context.Lineage, progress.StepsDone, cause, isOutOfMemory);
}
