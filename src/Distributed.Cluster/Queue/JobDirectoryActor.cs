using Akka.Actor;
using Akka.Pattern;
using Akka.Persistence;
using Distributed.Cluster.Membership;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Stores;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;

namespace Distributed.Cluster.Queue;

/// <summary>
/// The directory of a store's jobs, one per cluster: which jobs exist, from what data, and whose turn it is. The shell around the
/// <see cref="JobQueue"/>: keeps the queue's journal, tells coordinators to run, rest or end until they comply, and tracks their reports. Everything
/// else about a job is in the job's own journal.
/// </summary>
internal sealed class JobDirectoryActor : ReceivePersistentActor, IWithTimers
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WorkerMemory = TimeSpan.FromSeconds(5);

    private readonly Dictionary<JobId, JobRegistered> _jobs = [];
    private readonly JobQueue _queue;
    private readonly JobListing _listing;
    private readonly IActorRef _coordinators;
    private readonly StoreOutage _outage;
    private readonly RunningPictures _running;
    private readonly Dictionary<WorkerId, TimeSpan> _workers = []; // when each was last seen
    private bool _isPersisting;
    private (IActorRef ReplyTo, JobId Job)? _asked; // whose decision is being written

    public JobDirectoryActor(IActorRef coordinators, int maximumRunning, StoreOutage outage)
    {
        _outage = outage;
        _coordinators = coordinators;
        _queue = new JobQueue(maximumRunning);
        _running = new RunningPictures(_queue);
        _listing = new JobListing(_queue, _jobs, _running, () => _workers.Count);
        Recover<JobRegistered>(Take);
        Recover<QueueEvent>(Take);
        Recover<RecoveryCompleted>(_ => _outage.Worked(JobJournal.ReadingOf(JobJournal.DirectoryId)));

        Command<NoteJob>(OnNote);

        // from gateways
        Command<QueueJob>(OnQueue);
        Command<SteerJob>(OnSteer);
        Command<FindJobName>(message => Sender.Tell(new JobNameReply(JobNames.Next(message.Stem, IsTaken))));
        Command<GetJobPage>(message => Sender.Tell(_listing.Page(message)));
        Command<GetJobSummaries>(message => Sender.Tell(_listing.Summaries(message)));
        Command<GetQueuedJob>(message => Sender.Tell(_listing.Queued(message)));
        Command<GetDatasetUsers>(message => Sender.Tell(_listing.Users(message)));

        // from coordinators and workers
        Command<JobFinished>(OnFinished);
        Command<JobPaused>(OnPaused);
        Command<JobEvent>(message => _running.Find(message.Job)?.Take(message, Now));
        Command<JobWatched>(_ => { });
        Command<WorkerAvailable>(message => _workers[message.Worker] = Now);

        Command<Tick>(_ => OnTick());
    }

    /// <summary>
    /// Props that restart the directory with back-off whenever it stops: a persistent actor stops at the first write the store rejects, and a
    /// singleton that stops is not replaced.
    /// </summary>
    public static Props LastingProps(IActorRef coordinators, int maximumRunning, StoreOutage outage) => BackoffSupervisor.Props(Backoff.OnStop(
        Props(coordinators, maximumRunning, outage), "directory", TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5), randomFactor: 0.2, maxNrOfRetries: -1));

    /// <summary>The actor's name under /user.</summary>
    public const string Name = "jobs";

    /// <summary>The name of its journal.</summary>
    public override string PersistenceId => JobJournal.DirectoryId;

    /// <inheritdoc/>
    public override Recovery Recovery => JobJournal.WithoutSnapshots;

    public ITimerScheduler Timers { get; set; } = null!;

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    public static Props Props(IActorRef coordinators, int maximumRunning, StoreOutage outage) =>
        Akka.Actor.Props.Create(() => new JobDirectoryActor(coordinators, maximumRunning, outage));

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        _outage.Failed(JobJournal.ReadingOf(JobJournal.DirectoryId), reason);
        base.OnRecoveryFailure(reason, message);
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        _outage.Failed(JobJournal.DirectoryId, cause);
        if (_asked is var (replyTo, job))
            replyTo.Tell(new QueueAnswered(job, QueueVerdict.NotStored, $"the store takes no writes ({cause.GetBaseException().Message.ReplaceLineEndings(" ").TrimEnd('.')}): come again when it does", null));
        base.OnPersistFailure(cause, @event, sequenceNr);
    }

    protected override void PreStart()
    {
        base.PreStart();
        Timers.StartPeriodicTimer("tick", Tick.Instance, TickInterval);
    }

    private void OnNote(NoteJob message)
    {
        var replyTo = Sender;
        if (_jobs.ContainsKey(message.Job))
        {
            replyTo.Tell(new JobNoted(message.Job));
            return;
        }
        Persist(new JobRegistered(message.Job, message.SubmittedAt, message.Source, message.EncodingId) { Search = message.Search }, registered =>
        {
            Take(registered);
            replyTo.Tell(new JobNoted(registered.Job));
        });
    }

    private void OnQueue(QueueJob message)
    {
        var replyTo = Sender;
        var answer = _queue.Submit(message.Job, message.Submission, DateTimeOffset.UtcNow, message.MostOfOwner);
        if (answer.Verdict == QueueVerdict.Done && _jobs.ContainsKey(message.Job))
            answer = new QueueAnswer(QueueVerdict.NameTaken, Reason: $"there is a job {message.Job} already: choose another name, or leave the name out");
        if (answer.Decision is not { } decision)
        {
            Answer(replyTo, answer.Existing ?? message.Job, answer);
            return;
        }
        _asked = (replyTo, message.Job);
        PersistAll<object>([new JobRegistered(message.Job, decision.At, message.Source), decision], written =>
        {
            if (written is JobRegistered registered)
            {
                Take(registered);
                return;
            }
            Take((QueueEvent)written);
            Answer(replyTo, message.Job, answer);
            OnTick();
        });
    }

    private void OnSteer(SteerJob message)
    {
        var (replyTo, now) = (Sender, DateTimeOffset.UtcNow);
        var answer = message.Steering switch
        {
            JobSteering.Pause => _queue.Pause(message.Job, now),
            JobSteering.Resume => _queue.Resume(message.Job, options => message.Options ?? options, now),
            JobSteering.Cancel => _queue.Cancel(message.Job, now),
            _ => _queue.Delete(message.Job, now),
        };
        if (answer.Decision is not { } decision)
        {
            Answer(replyTo, message.Job, answer);
            return;
        }
        _asked = (replyTo, message.Job);
        Persist(decision, written =>
        {
            Take(written);
            Answer(replyTo, message.Job, answer);
            _running.Find(message.Job)?.AskNow();
            OnTick();
        });
    }

    private void OnFinished(JobFinished message)
    {
        if (_queue.Find(message.Job) is not { End: null }) return;
        var picture = _running.Find(message.Job);
        var entry = _queue.Find(message.Job)!;
        // A directory that started after the last epoch has not seen the epochs; the steps give their number.
        var epochs = Math.Max(picture?.Epochs ?? 0, (int)(message.End.Step / Math.Max(1, entry.TotalSteps / entry.MaximumEpochs)));
        Persist(new JobClosed(message.Job, DateTimeOffset.UtcNow, message.End, epochs, picture?.Metrics), closed =>
        {
            Take(closed);
            OnTick();
        });
    }

    private void OnPaused(JobPaused message)
    {
        _running.Find(message.Job)?.Take(message, Now);
        if (_queue.Find(message.Job) is not { End: null, HasTurn: true, IsPauseWanted: true }) return;
        Persist(new JobRested(message.Job, DateTimeOffset.UtcNow, message.Step), rested =>
        {
            Take(rested);
            OnTick();
        });
    }

    /// <summary>Gives out turns while any are available, and repeats unconfirmed commands to coordinators.</summary>
    private void OnTick()
    {
        if (_isPersisting) return;
        if (_queue.Open.Any(entry => entry.IsWaiting)) AskForWorkers();
        if (_queue.NextTurn(_workers.Count, DateTimeOffset.UtcNow) is { } turn)
        {
            _isPersisting = true;
            Persist(turn, began =>
            {
                _isPersisting = false;
                Take(began);
                _running.Find(began.Job)?.BeginTurn();
                OnTick();
            });
            return;
        }
        foreach (var entry in _queue.Open)
            if (entry.NeedsCoordinator) Drive(entry);
    }

    /// <summary>
    /// Repeats a coordinator's command unless it reported recently. Every command is idempotent; a finished job answers with its end.
    /// </summary>
    private void Drive(QueueEntry entry)
    {
        var picture = _running.Find(entry.Job)!;
        if (!picture.IsToBeAsked(Now, AskAgain)) return;
        _coordinators.Tell(new WatchJob(entry.Job));
        if (entry.IsCancelWanted) _coordinators.Tell(new CancelJob(entry.Job)); // before a start that may end the process
        if (entry.HasTurn && entry.Start is { } start && !(entry.IsPauseWanted && picture.WasHeard))
            _coordinators.Tell(new StartJob(entry.Job, start.Specification, entry.Options, start.Initial));
        if (entry.IsCancelWanted) _coordinators.Tell(new CancelJob(entry.Job));
        else if (entry.IsPauseWanted) _coordinators.Tell(new PauseJob(entry.Job));
    }

    private void AskForWorkers()
    {
        foreach (var (worker, heardAt) in _workers.ToList())
            if (Now - heardAt > WorkerMemory) _workers.Remove(worker);
        foreach (var node in ClusterMembers.WithRole(Context.System, NodeRoles.Worker))
            Context.OnNode(node, NodeActors.Workers).Tell(new GetWorkers());
    }

    private void Answer(IActorRef replyTo, JobId job, QueueAnswer answer)
    {
        _asked = null;
        replyTo.Tell(new QueueAnswered(job, answer.Verdict, answer.Reason, _queue.Find(job) is { } entry ? _listing.SummaryOf(entry) : null));
    }

    private bool IsTaken(JobId job) => _jobs.ContainsKey(job) || _queue.IsTaken(job);

    private void Take(JobRegistered registered)
    {
        if (!IsRecovering) _outage.Worked(JobJournal.DirectoryId);
        _jobs.TryAdd(registered.Job, registered);
    }

    private void Take(QueueEvent queueEvent)
    {
        if (!IsRecovering) _outage.Worked(JobJournal.DirectoryId);
        _queue.Apply(queueEvent);
        if (queueEvent is JobClosed or JobForgotten) _running.Forget(queueEvent.Job);
        if (queueEvent is JobForgotten) _jobs.Remove(queueEvent.Job);
    }

    private sealed class Tick
    {
        public static readonly Tick Instance = new();
    }
}
