using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Queue;

/// <summary>The result of a request to the queue.</summary>
internal enum QueueVerdict
{
    /// <summary>The request is carried out, or will be.</summary>
    Done,

    /// <summary>Already carried out earlier; nothing changes.</summary>
    AlreadyDone,

    /// <summary>No such job.</summary>
    NotFound,

    /// <summary>The job's state does not allow it.</summary>
    Conflict,

    /// <summary>Another job has or had this name.</summary>
    NameTaken,

    /// <summary>Another submission used this key.</summary>
    KeyTaken,

    /// <summary>Too many jobs are waiting; no more are accepted.</summary>
    Full,

    /// <summary>The store rejected the decision, so it is not carried out; never decided here.</summary>
    NotStored,
}

/// <summary>The queue's answer: its decision (null for none), and the reason for a refusal.</summary>
internal sealed record QueueAnswer(QueueVerdict Verdict, QueueEvent? Decision = null, string? Reason = null, JobId? Existing = null);

/// <summary>
/// Queue policy: first come, first served, at most <paramref name="maximumRunning"/> at once. A job starts when its required workers are present;
/// while it waits it blocks the jobs behind it, so small jobs cannot starve a large one. Events in, decisions out; no clock.
/// </summary>
/// <param name="maximumRunning">Maximum number of jobs that have their turn at once.</param>
internal sealed class JobQueue(int maximumRunning)
{
    /// <summary>Maximum number of unfinished jobs; more are refused.</summary>
    public const int MaximumOpen = 10_000;

    private readonly Dictionary<JobId, QueueEntry> _entries = [];
    private readonly SortedDictionary<long, QueueEntry> _byOrder = [];
    private readonly SortedDictionary<long, QueueEntry> _open = [];
    private readonly HashSet<JobId> _forgotten = [];
    private readonly Dictionary<string, QueueEntry> _byKey = new(StringComparer.Ordinal);
    private long _lastOrder;

    /// <summary>Unfinished jobs, in order of submission.</summary>
    public IEnumerable<QueueEntry> Open => _open.Values;

    /// <summary>Every job, newest first.</summary>
    public IEnumerable<QueueEntry> NewestFirst => _byOrder.Values.Reverse();

    /// <summary>A job; null when unknown.</summary>
    public QueueEntry? Find(JobId job) => _entries.GetValueOrDefault(job);

    /// <summary>Whether a name is or was in use.</summary>
    public bool IsTaken(JobId job) => _entries.ContainsKey(job) || _forgotten.Contains(job);

    /// <summary>Applies a journal event. Events about forgotten jobs change nothing.</summary>
    public void Apply(QueueEvent queueEvent)
    {
        if (queueEvent is JobQueued queued)
        {
            Add(queued);
            return;
        }
        if (Find(queueEvent.Job) is not { } entry) return;
        switch (queueEvent)
        {
            case JobTurnBegan began:
                entry.HasTurn = true;
                entry.StartedAt ??= began.At;
                entry.RestsAt = null;
                break;
            case JobPauseAsked:
                entry.IsPauseWanted = true;
                break;
            case JobRested rested:
                entry.HasTurn = false;
                entry.RestsAt = rested.Step;
                break;
            case JobResumeAsked resumed:
                entry.IsPauseWanted = false;
                entry.Options = resumed.Options;
                break;
            case JobCancelAsked:
                entry.IsCancelWanted = true;
                break;
            case JobClosed closed:
                Close(entry, closed);
                break;
            case JobForgotten:
                Forget(entry);
                break;
        }
    }

    /// <summary>The next job to get its turn; null when none can.</summary>
    /// <param name="workers">Workers present.</param>
    /// <param name="now">The time for the journal.</param>
    public JobTurnBegan? NextTurn(int workers, DateTimeOffset now)
    {
        if (_open.Values.Count(entry => entry.HasTurn) >= maximumRunning) return null;
        var next = _open.Values.FirstOrDefault(entry => entry.IsWaiting);
        return next is not null && workers >= next.Options.MinimumWorkers ? new JobTurnBegan(next.Job, now) : null;
    }

    /// <summary>Number of jobs ahead of one waiting for its turn; null for any other.</summary>
    public int? PositionOf(QueueEntry entry) =>
        entry.IsWaiting ? _open.Values.TakeWhile(other => other.Order < entry.Order).Count(other => other.IsWaiting) : null;

    /// <summary>Why an unfinished job does not run, in one line; null when it does.</summary>
    public string? ReasonOf(QueueEntry entry, int workers)
    {
        if (entry.End is not null) return entry.End.Message;
        if (entry.IsCancelWanted) return "it is being cancelled";
        if (entry.IsPauseWanted) return entry.HasTurn ? "it pauses at the next step that all blocks share" : null;
        if (entry.HasTurn) return null;
        if (PositionOf(entry) is > 0 and var before) return $"{Counted(before, "job")} come{(before == 1 ? "s" : "")} before it";
        if (_open.Values.Count(other => other.HasTurn) is var running && running >= maximumRunning)
            return $"{Counted(running, "job")} run{(running == 1 ? "s" : "")}, and at most {maximumRunning} may at a time";
        return workers < entry.Options.MinimumWorkers
            ? $"it waits for {Counted(entry.Options.MinimumWorkers, "worker")}; {workers} {(workers == 1 ? "has" : "have")} answered"
            : null;
    }

    /// <summary>Decides on a submission. The same key with the same body denotes the same job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="submission">What it begins with.</param>
    /// <param name="now">The time for the journal.</param>
    /// <param name="mostOfOwner">Maximum number of unfinished jobs of one owner; jobs without one count together. Null for no limit.</param>
    public QueueAnswer Submit(JobId job, QueuedJob submission, DateTimeOffset now, int? mostOfOwner = null)
    {
        var facts = submission.Facts;
        if (facts.IdempotencyKey is { } key && _byKey.TryGetValue(key, out var before))
        {
            return before.Facts.BodySha256 == facts.BodySha256
                ? new QueueAnswer(QueueVerdict.AlreadyDone, Existing: before.Job)
                : new QueueAnswer(QueueVerdict.KeyTaken, Reason: $"the idempotency key belongs to the job {before.Job}, which was submitted with other settings: take a new key", Existing: before.Job);
        }
        if (IsTaken(job))
            return new QueueAnswer(QueueVerdict.NameTaken, Reason: $"there is or was a job {job} already: choose another name, or leave the name out");
        if (mostOfOwner is { } most && _open.Values.Count(entry => entry.Facts.Owner == facts.Owner) >= most)
            return new QueueAnswer(QueueVerdict.Full, Reason: $"{(facts.Owner is { } owner ? $"'{owner}' has" : "there are")} {Counted(most, "job")} that ha{(most == 1 ? "s" : "ve")} not ended, as many as may be open: cancel one, or come again when one has ended");
        return _open.Count >= MaximumOpen
            ? new QueueAnswer(QueueVerdict.Full, Reason: $"{MaximumOpen:#,0} jobs have not ended yet, and no more are taken: come again when some have")
            : new QueueAnswer(QueueVerdict.Done, new JobQueued(job, now, submission));
    }

    /// <summary>Decides on a pause request.</summary>
    public QueueAnswer Pause(JobId job, DateTimeOffset now) => About(job, "paused", entry =>
        entry.IsPauseWanted ? new QueueAnswer(QueueVerdict.AlreadyDone)
        : entry.IsCancelWanted ? new QueueAnswer(QueueVerdict.Conflict, Reason: $"the job {job} is being cancelled")
        : new QueueAnswer(QueueVerdict.Done, new JobPauseAsked(job, now)));

    /// <summary>Decides on a resume request.</summary>
    /// <param name="job">The job.</param>
    /// <param name="change">Changes the run options.</param>
    /// <param name="now">The time for the journal.</param>
    public QueueAnswer Resume(JobId job, Func<RunOptions, RunOptions> change, DateTimeOffset now) => About(job, "resumed", entry =>
        !entry.IsPauseWanted ? new QueueAnswer(QueueVerdict.AlreadyDone)
        : entry.IsCancelWanted ? new QueueAnswer(QueueVerdict.Conflict, Reason: $"the job {job} is being cancelled")
        : new QueueAnswer(QueueVerdict.Done, new JobResumeAsked(job, now, change(entry.Options))));

    /// <summary>Decides on a cancel request. A job that never had its turn ends at once, without weights.</summary>
    public QueueAnswer Cancel(JobId job, DateTimeOffset now) => About(job, "cancelled", entry =>
        entry.IsCancelWanted ? new QueueAnswer(QueueVerdict.AlreadyDone)
        : entry.StartedAt is null ? new QueueAnswer(QueueVerdict.Done, new JobClosed(job, now, JobEnded.WithoutWeights, 0, null))
        : new QueueAnswer(QueueVerdict.Done, new JobCancelAsked(job, now)));

    /// <summary>Decides on a delete request.</summary>
    public QueueAnswer Delete(JobId job, DateTimeOffset now)
    {
        if (Find(job) is not { } entry) return NotFound(job);
        return entry.End is null
            ? new QueueAnswer(QueueVerdict.Conflict, Reason: $"the job {job} has not ended: cancel it first")
            : new QueueAnswer(QueueVerdict.Done, new JobForgotten(job, now));
    }

    private QueueAnswer About(JobId job, string what, Func<QueueEntry, QueueAnswer> decide)
    {
        if (Find(job) is not { } entry) return NotFound(job);
        return entry.End is { } end
            ? new QueueAnswer(QueueVerdict.Conflict, Reason: $"the job {job} is over ({end.Outcome.ToString().ToLowerInvariant()}): it cannot be {what} any more")
            : decide(entry);
    }

    private static QueueAnswer NotFound(JobId job) => new(QueueVerdict.NotFound, Reason: $"there is no job {job}");

    private void Add(JobQueued queued)
    {
        var entry = new QueueEntry(queued, ++_lastOrder);
        _entries[entry.Job] = entry;
        _byOrder[entry.Order] = entry;
        _open[entry.Order] = entry;
        if (entry.Facts.IdempotencyKey is { } key) _byKey[key] = entry;
    }

    private void Close(QueueEntry entry, JobClosed closed)
    {
        entry.End = closed.End;
        entry.EndedAt = closed.At;
        entry.Epochs = closed.Epochs;
        entry.Metrics = closed.Metrics;
        entry.HasTurn = false;
        if (entry.StartedAt is not null) entry.Start = null; // its own journal has it; a job that never began has none
        _open.Remove(entry.Order);
    }

    private void Forget(QueueEntry entry)
    {
        _entries.Remove(entry.Job);
        _byOrder.Remove(entry.Order);
        _open.Remove(entry.Order);
        if (entry.Facts.IdempotencyKey is { } key) _byKey.Remove(key);
        _forgotten.Add(entry.Job);
    }

    private static string Counted(int count, string noun) => $"{count:#,0} {noun}{(count == 1 ? "" : "s")}";
}
