using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Protocol.Tests.Rules;

public sealed class JobQueueTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    private readonly JobQueue _queue = new(maximumRunning: 2);

    [Fact]
    public void The_first_that_come_have_their_turn_first_and_the_others_are_told_why_they_wait()
    {
        Submit("a", "b", "c", "d");
        Assert.Equal(["a", "b"], GiveTurns(workers: 1));
        Assert.Equal("2 jobs run, and at most 2 may at a time", Reason("c"));
        Assert.Equal("1 job comes before it", Reason("d"));
        Close("a", JobOutcome.Completed);
        Assert.Equal(["c"], GiveTurns(workers: 1));
        Assert.Equal([JobPhase.Completed, JobPhase.Running, JobPhase.Running, JobPhase.Queued], Phases("a", "b", "c", "d"));
    }

    [Fact]
    public void One_owner_has_so_many_open_jobs_and_no_more_whatever_others_have()
    {
        Assert.Equal(QueueVerdict.Done, Limited("a", "ann").Verdict);
        Assert.Equal(QueueVerdict.Done, Limited("b", "ann").Verdict);
        var refused = Limited("c", "ann");
        Assert.Equal((QueueVerdict.Full, "'ann' has 2 jobs that have not ended, as many as may be open: cancel one, or come again when one has ended"), (refused.Verdict, refused.Reason));
        Assert.Equal(QueueVerdict.Done, Limited("d", "bob").Verdict);
        Assert.Equal(QueueVerdict.Done, Limited("e", null).Verdict);
        Assert.Equal(QueueVerdict.Done, Limited("f", null).Verdict);
        Assert.StartsWith("there are 2 jobs that", Limited("g", null).Reason, StringComparison.Ordinal);
        Close("a", JobOutcome.Completed);
        Assert.Equal(QueueVerdict.Done, Limited("c", "ann").Verdict);
    }

    [Fact]
    public void A_submission_that_is_sent_again_under_its_key_finds_its_job_at_the_limit_too()
    {
        Assert.Equal(QueueVerdict.Done, Limited("a", "ann", key: "k").Verdict);
        Limited("b", "ann");
        Assert.Equal(QueueVerdict.AlreadyDone, Limited("c", "ann", key: "k").Verdict);
    }

    private QueueAnswer Limited(string name, string? owner, string? key = null)
    {
        var job = Job(new RunOptions(), key, key);
        var answer = _queue.Submit(Id(name), job with { Facts = job.Facts with { Owner = owner } }, Now, mostOfOwner: 2);
        if (answer.Decision is { } decision) _queue.Apply(decision);
        return answer;
    }

    [Fact]
    public void A_job_waits_for_its_workers_and_lets_nobody_pass()
    {
        SubmitOne("large", new RunOptions { MinimumWorkers = 3 });
        Submit("small");
        Assert.Empty(GiveTurns(workers: 2));
        Assert.Equal("it waits for 3 workers; 2 have answered", Reason("large", workers: 2));
        Assert.Equal("1 job comes before it", Reason("small", workers: 2));
        Assert.Equal(["large", "small"], GiveTurns(workers: 3));
        Assert.Null(Reason("large", workers: 3));
    }

    [Fact]
    public void A_job_that_is_to_pause_keeps_its_turn_until_it_rests_and_goes_on_by_its_place()
    {
        Submit("a", "b", "c");
        GiveTurns(1);
        Take(_queue.Pause(Id("a"), Now));
        Assert.Equal(JobPhase.Paused, _queue.Find(Id("a"))!.State);
        Assert.Empty(GiveTurns(1));
        _queue.Apply(new JobRested(Id("a"), Now, 40));
        Assert.Equal(["c"], GiveTurns(1));
        Take(_queue.Resume(Id("a"), options => options, Now));
        Submit("d");
        Assert.Equal(JobPhase.Queued, _queue.Find(Id("a"))!.State);
        Close("b", JobOutcome.Completed);
        Assert.Equal(["a"], GiveTurns(1)); // before d, which came later
    }

    [Fact]
    public void A_job_that_goes_on_before_it_rests_never_lost_its_turn()
    {
        Submit("a");
        GiveTurns(1);
        Take(_queue.Pause(Id("a"), Now));
        Take(_queue.Resume(Id("a"), options => options with { Blocks = 3 }, Now));
        var entry = _queue.Find(Id("a"))!;
        Assert.True(entry.HasTurn);
        Assert.Equal((JobPhase.Running, 3), (entry.State, entry.Options.Blocks));
    }

    [Fact]
    public void A_job_without_a_turn_is_cancelled_at_once_and_one_with_a_turn_by_its_coordinator()
    {
        Submit("a", "b", "c");
        GiveTurns(1);
        var ended = Assert.IsType<JobClosed>(_queue.Cancel(Id("c"), Now).Decision);
        Assert.Equal((JobOutcome.Cancelled, 0), (ended.End.Outcome, ended.End.Step));
        _queue.Apply(ended);
        Take(_queue.Cancel(Id("a"), Now));
        Assert.True(_queue.Find(Id("a"))!.NeedsCoordinator);
        Assert.Equal(QueueVerdict.AlreadyDone, _queue.Cancel(Id("a"), Now).Verdict);
        Assert.Equal(QueueVerdict.Conflict, _queue.Pause(Id("a"), Now).Verdict);
        Assert.Equal(QueueVerdict.Conflict, _queue.Cancel(Id("c"), Now).Verdict);
    }

    [Fact]
    public void A_cancelled_job_that_rests_needs_no_turn_to_end()
    {
        Submit("a", "b");
        GiveTurns(1);
        Take(_queue.Pause(Id("a"), Now));
        _queue.Apply(new JobRested(Id("a"), Now, 7));
        Take(_queue.Cancel(Id("a"), Now));
        Assert.True(_queue.Find(Id("a"))!.NeedsCoordinator);
        Assert.False(_queue.Find(Id("a"))!.HasTurn);
    }

    [Fact]
    public void The_same_key_is_the_same_job_and_with_another_body_an_error()
    {
        SubmitOne("a", new RunOptions(), "k", "1");
        var again = _queue.Submit(Id("b"), Job(new RunOptions(), "k", "1"), Now);
        Assert.Equal((QueueVerdict.AlreadyDone, Id("a")), (again.Verdict, again.Existing));
        Assert.Equal(QueueVerdict.KeyTaken, _queue.Submit(Id("b"), Job(new RunOptions(), "k", "2"), Now).Verdict);
    }

    [Fact]
    public void Only_what_has_ended_is_deleted_and_its_name_is_not_used_again()
    {
        Submit("a");
        Assert.Equal(QueueVerdict.Conflict, _queue.Delete(Id("a"), Now).Verdict);
        GiveTurns(1);
        Close("a", JobOutcome.Failed);
        Take(_queue.Delete(Id("a"), Now));
        Assert.Null(_queue.Find(Id("a")));
        Assert.Equal(QueueVerdict.NameTaken, _queue.Submit(Id("a"), Job(new RunOptions()), Now).Verdict);
        Assert.Equal(QueueVerdict.NotFound, _queue.Delete(Id("a"), Now).Verdict);
    }

    [Fact]
    public void A_finished_job_keeps_no_specification_in_memory()
    {
        Submit("a");
        GiveTurns(1);
        Assert.NotNull(_queue.Find(Id("a"))!.Start);
        Close("a", JobOutcome.Completed);
        Assert.Null(_queue.Find(Id("a"))!.Start);
    }

    [Fact]
    public void No_more_jobs_are_taken_than_may_be_open()
    {
        for (var i = 0; i < JobQueue.MaximumOpen; i++) Submit($"job-{i}");
        Assert.Equal(QueueVerdict.Full, _queue.Submit(Id("one-more"), Job(new RunOptions()), Now).Verdict);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_people_wish_no_job_is_lost_and_no_more_run_than_may(int seed)
    {
        var random = new Random(seed);
        var journal = new List<QueueEvent>();
        var names = Enumerable.Range(0, 60).Select(i => $"job-{i}").ToList();
        foreach (var name in names) Note(_queue.Submit(Id(name), Job(new RunOptions { MinimumWorkers = random.Next(1, 4) }), Now));
        for (var round = 0; round < 5_000; round++)
        {
            var id = Id(names[random.Next(names.Count)]);
            var entry = _queue.Find(id)!;
            switch (random.Next(6))
            {
                case 0: Note(_queue.Pause(id, Now)); break;
                case 1: Note(_queue.Resume(id, options => options, Now)); break;
                case 2 when random.Next(20) == 0: Note(_queue.Cancel(id, Now)); break;
                case 3 when entry is { HasTurn: true, IsPauseWanted: true }: Write(new JobRested(id, Now, 1)); break;
                case 4 when entry.NeedsCoordinator && (entry.IsCancelWanted || random.Next(4) == 0):
                    Write(new JobClosed(id, Now, new JobEnded(entry.IsCancelWanted ? JobOutcome.Cancelled : JobOutcome.Completed, 1, null, null), 1, null));
                    break;
                default:
                    if (_queue.NextTurn(random.Next(4), Now) is { } turn) Write(turn);
                    break;
            }
            Assert.True(_queue.Open.Count(open => open.HasTurn) <= 2, $"seed {seed}, round {round}");
        }
        // With enough workers and no pauses, every job ends.
        foreach (var name in names) Note(_queue.Resume(Id(name), options => options, Now));
        for (var round = 0; _queue.Open.Any(); round++)
        {
            Assert.True(round < 1_000, $"seed {seed}: jobs are left: {string.Join(", ", _queue.Open.Select(open => $"{open.Job} {open.State}"))}");
            if (_queue.NextTurn(9, Now) is { } turn) Write(turn);
            else Write(new JobClosed(_queue.Open.First(open => open.NeedsCoordinator).Job, Now, new JobEnded(JobOutcome.Completed, 1, null, null), 1, null));
        }
        var recovered = new JobQueue(2);
        foreach (var queueEvent in journal) recovered.Apply(queueEvent);
        Assert.Equal(names.Select(name => _queue.Find(Id(name))!.State), names.Select(name => recovered.Find(Id(name))!.State));

        void Note(QueueAnswer answer)
        {
            if (answer.Decision is { } decision) Write(decision);
        }

        void Write(QueueEvent queueEvent)
        {
            journal.Add(queueEvent);
            _queue.Apply(queueEvent);
        }
    }

    private static JobId Id(string name) => new(name);

    private static QueuedJob Job(RunOptions options, string? key = null, string? body = null) => new(
        new JobSpecification
        {
            Data = new DataIdentity("", 100, 0),
            Network = new NetworkSpecification { Inputs = 2, Outputs = 2 },
            Optimizer = new OptimizerSpecification(),
            Schedule = new ScheduleSpecification(),
            Epochs = 2,
            BatchSize = 10,
            ShardSize = 10,
            Seed = 1,
        },
        options, null, new SubmissionFacts("data", null, null, null, 1, key, body));

    private void Submit(params string[] names)
    {
        foreach (var name in names) SubmitOne(name, new RunOptions());
    }

    private void SubmitOne(string name, RunOptions options, string? key = null, string? body = null) =>
        Take(_queue.Submit(Id(name), Job(options, key, body), Now));

    private void Take(QueueAnswer answer)
    {
        Assert.True(answer.Verdict == QueueVerdict.Done, answer.Reason);
        _queue.Apply(answer.Decision!);
    }

    private List<string> GiveTurns(int workers)
    {
        var given = new List<string>();
        while (_queue.NextTurn(workers, Now) is { } turn)
        {
            _queue.Apply(turn);
            given.Add(turn.Job.Value);
        }
        return given;
    }

    private void Close(string name, JobOutcome outcome) =>
        _queue.Apply(new JobClosed(Id(name), Now, new JobEnded(outcome, 20, null, outcome == JobOutcome.Failed ? "why" : null), 2, null));

    private string? Reason(string name, int workers = 1) => _queue.ReasonOf(_queue.Find(Id(name))!, workers);

    private JobPhase[] Phases(params string[] names) => [.. names.Select(name => _queue.Find(Id(name))!.State)];
}
