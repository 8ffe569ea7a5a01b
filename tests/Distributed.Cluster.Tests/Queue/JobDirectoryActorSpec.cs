using Akka.Actor;
using Akka.TestKit;
using Distributed.Cluster.Messages;
using Distributed.Cluster.Queue;
using Distributed.Cluster.Stores;
using Distributed.Cluster.Tests.Actors;
using Distributed.Data.Encodings;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Cluster.Tests.Queue;

/// <summary>The job directory: gateways, coordinators and workers are probes.</summary>
public sealed class JobDirectoryActorSpec : ActorSpec
{
    private static readonly JobId First = new("first");
    private static readonly JobId Second = new("second");
    private static readonly DataSettings Source = new() { Source = "digits" };

    private readonly TestProbe _parent;
    private readonly TestProbe _coordinators;
    private readonly TestProbe _workers;
    private readonly IActorRef _directory;

    public JobDirectoryActorSpec() : base(NodeRoles.Worker)
    {
        (_parent, _coordinators) = (CreateTestProbe(), CreateTestProbe());
        _workers = ProbeAt(NodeActors.Workers);
        _directory = ChildOf(_parent, JobDirectoryActor.Props(_coordinators.Ref, 1, Outage), "directory");
    }

    [Fact]
    public void A_job_has_its_turn_when_enough_workers_have_answered()
    {
        Join();
        Assert.Equal(JobPhase.Queued, Submit(First, minimumWorkers: 2));
        PassUntil<GetWorkers>(_workers, _directory);
        AddWorker("a");
        Pass(TimeSpan.FromSeconds(1), _directory);
        Nothing<StartJob>(_coordinators, _directory);
        Assert.Contains("2 workers", Summary(First)!.Reason, StringComparison.Ordinal);
        AddWorker("b");
        Assert.Equal(SampleJob.Specification, PassUntil<StartJob>(_coordinators, _directory).Specification);
    }

    [Fact]
    public void Jobs_have_their_turn_one_after_the_other_in_the_order_of_submission()
    {
        AddWorker("a");
        Submit(First);
        Submit(Second);
        Assert.Equal(First, PassUntil<StartJob>(_coordinators, _directory).Job);
        Pass(TimeSpan.FromSeconds(1), _directory);
        Assert.Equal(0, Summary(Second)!.QueuePosition);
        AddWorker("a"); // seen again
        _directory.Tell(new JobFinished(First, new JobEnded(JobOutcome.Completed, 6, StopReason.Epochs, null)));
        Assert.Equal(Second, PassUntil<StartJob>(_coordinators, _directory, message => message.Job != First).Job);
        Assert.Equal(JobPhase.Completed, Summary(First)!.State);
    }

    [Fact]
    public void What_a_coordinator_does_not_confirm_it_is_told_again_and_once_it_was_heard_it_is_left_alone()
    {
        AddWorker("a");
        Submit(First);
        for (var i = 0; i < 3; i++) Assert.Equal(First, PassUntil<StartJob>(_coordinators, _directory).Job);
        PassUntil<WatchJob>(_coordinators, _directory);
        for (var i = 0; i < 4; i++)
        {
            Settle(_directory);
            Hear(new JobProgressed(First, 0, 3 + i, 6, 0.5, null, 1));
            while (_coordinators.HasMessages) _coordinators.ReceiveOne(TimeSpan.Zero);
            Pass(TimeSpan.FromSeconds(1.5), _directory);
            Nothing<StartJob>(_coordinators, _directory);
        }
        Assert.Equal(6, Summary(First)!.Step);
    }

    [Fact]
    public void A_pause_is_told_until_the_job_rests_and_its_turn_goes_to_the_next()
    {
        AddWorker("a");
        Submit(First);
        PassUntil<StartJob>(_coordinators, _directory);
        Hear(new JobProgressed(First, 0, 3, 6, 0.5, null, 1));
        Assert.Equal(QueueVerdict.Done, Steer(First, JobSteering.Pause).Verdict);
        Assert.Equal(First, Next<PauseJob>(_coordinators).Job);
        PassUntil<PauseJob>(_coordinators, _directory);
        Submit(Second);
        AddWorker("a");
        Hear(new JobPaused(First, 4));
        Assert.Equal(Second, PassUntil<StartJob>(_coordinators, _directory).Job);
        var told = Ask<QueuedJobReply>(new GetQueuedJob(First));
        Assert.Equal(4, told.RestsAt);
        Assert.Equal(QueueVerdict.Done, Steer(First, JobSteering.Resume).Verdict);
    }

    [Fact]
    public void A_cancel_is_told_until_the_job_has_ended_and_only_then_it_can_be_deleted()
    {
        AddWorker("a");
        Submit(First);
        PassUntil<StartJob>(_coordinators, _directory);
        Assert.Equal(QueueVerdict.Done, Steer(First, JobSteering.Cancel).Verdict);
        Assert.Equal(First, Next<CancelJob>(_coordinators).Job);
        PassUntil<CancelJob>(_coordinators, _directory);
        Assert.Equal(QueueVerdict.Conflict, Steer(First, JobSteering.Delete).Verdict);
        Hear(new JobFinished(First, new JobEnded(JobOutcome.Cancelled, 2, StopReason.Cancelled, null)));
        PassUntil(() => Summary(First)!.State == JobPhase.Cancelled, _directory, "the job is over");
        Assert.Equal(QueueVerdict.Done, Steer(First, JobSteering.Delete).Verdict);
        Assert.Null(Summary(First));
        Assert.Equal(QueueVerdict.NotFound, Steer(First, JobSteering.Pause).Verdict);
    }

    [Fact]
    public void A_name_is_given_once()
    {
        Submit(First);
        Assert.Equal(QueueVerdict.NameTaken, Ask<QueueAnswered>(Queue(First)).Verdict);
        Assert.NotEqual(First, Ask<JobNameReply>(new FindJobName("first")).Job);
        Assert.Equal(First, Ask<JobNoted>(new NoteJob(First, DateTimeOffset.UnixEpoch, Source)).Job);
        Assert.Equal(Second, Ask<JobNoted>(new NoteJob(Second, DateTimeOffset.UnixEpoch, Source)).Job);
        Assert.Equal(QueueVerdict.NameTaken, Ask<QueueAnswered>(Queue(Second)).Verdict);
    }

    [Fact]
    public void Jobs_are_listed_in_pages_the_newest_first()
    {
        Submit(First);
        Submit(Second);
        var newest = Ask<JobPageReply>(new GetJobPage(null, 1));
        Assert.Equal((Second.Value, Second), (Assert.Single(newest.Jobs).Id, newest.Next));
        var last = Ask<JobPageReply>(new GetJobPage(newest.Next, 1));
        Assert.Equal((First.Value, null), (Assert.Single(last.Jobs).Id, last.Next));
        Assert.Equal([First, Second], Ask<DatasetUsersReply>(new GetDatasetUsers("uploaded")).Jobs.OrderBy(job => job.Value));
        Assert.Empty(Ask<DatasetUsersReply>(new GetDatasetUsers("other")).Jobs);
    }

    [Fact]
    public void A_directory_that_is_restarted_knows_its_jobs_and_goes_on_with_them()
    {
        AddWorker("a");
        Submit(First);
        PassUntil<StartJob>(_coordinators, _directory);
        RestartByItsSupervisor(_directory);
        Assert.Equal(JobPhase.Running, Summary(First)!.State);
        Assert.Equal(First, PassUntil<StartJob>(_coordinators, _directory).Job);
    }

    [Fact]
    public async Task A_directory_stops_at_a_write_that_fails_and_comes_back_without_it()
    {
        ExpectStray<GetJobSummaries>(); // requests time out while it is down
        var other = CreateTestProbe();
        var lasting = Sys.ActorOf(JobDirectoryActor.LastingProps(other.Ref, 1, Outage));
        lasting.Tell(Queue(First), TestActor);
        Assert.Equal(QueueVerdict.Done, ExpectMsg<QueueAnswered>(Bound).Verdict);

        await Journal.OnWrite.Fail();
        lasting.Tell(Queue(Second), TestActor);
        var refused = ExpectMsg<QueueAnswered>(Bound);
        Assert.Equal((Second, QueueVerdict.NotStored), (refused.Job, refused.Verdict));
        Assert.StartsWith("the store takes no writes (", refused.Reason, StringComparison.Ordinal);
        PassUntil(() => !AnswersJobs(lasting, First), TestActor, "the directory is away");
        await Journal.OnWrite.Pass();
        PassUntil(() => AnswersJobs(lasting, First), TestActor, "the directory is back");
        Assert.False(AnswersJobs(lasting, Second)); // it was refused and does not exist
        lasting.Tell(Queue(Second), TestActor);
        Assert.Equal(QueueVerdict.Done, ExpectMsg<QueueAnswered>(Bound).Verdict);
    }

    [Fact]
    public async Task A_reader_lists_the_jobs_that_have_not_been_deleted_in_the_order_of_their_submission()
    {
        Submit(First);
        Submit(Second);
        Assert.Equal(QueueVerdict.Done, Steer(First, JobSteering.Cancel).Verdict); // it never had a turn
        Assert.Equal([First, Second], (await ReadJobsAsync()).Select(job => job.Job));
        Assert.Equal(QueueVerdict.Done, Steer(First, JobSteering.Delete).Verdict);
        Assert.Equal([Second], (await ReadJobsAsync()).Select(job => job.Job));
    }

    private Task<IReadOnlyList<JobRegistered>> ReadJobsAsync()
    {
        var read = new TaskCompletionSource<IReadOnlyList<JobRegistered>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Sys.ActorOf(JobListReader.Props(read));
        return read.Task.WaitAsync(Bound);
    }

    private bool AnswersJobs(IActorRef directory, JobId job)
    {
        var asker = CreateTestProbe();
        directory.Tell(new GetJobSummaries([job]), asker.Ref);
        return asker.ReceiveOne(TimeSpan.FromMilliseconds(100)) is JobSummariesReply { Jobs.Count: 1 };
    }

    private static QueueJob Queue(JobId job, int minimumWorkers = 1) => new(job, Source, new QueuedJob(
        SampleJob.Specification, SampleJob.Options with { MinimumWorkers = minimumWorkers }, null,
        new SubmissionFacts("digits", "uploaded", null, null, 1, null, null)));

    private JobPhase Submit(JobId job, int minimumWorkers = 1)
    {
        var answered = Ask<QueueAnswered>(Queue(job, minimumWorkers));
        Assert.Equal((job, QueueVerdict.Done), (answered.Job, answered.Verdict));
        return answered.Summary!.State;
    }

    private QueueAnswered Steer(JobId job, JobSteering steering) => Ask<QueueAnswered>(new SteerJob(job, steering, null));

    private JobSummary? Summary(JobId job) => Ask<QueuedJobReply>(new GetQueuedJob(job)).Summary;

    private void Hear(JobEvent jobEvent) => _directory.Tell(jobEvent, _coordinators.Ref);

    private void AddWorker(string name) => _directory.Tell(new WorkerAvailable(new WorkerId(name)));

    private T Ask<T>(object question)
    {
        _directory.Tell(question, TestActor);
        return ExpectMsg<T>(Bound);
    }
}
