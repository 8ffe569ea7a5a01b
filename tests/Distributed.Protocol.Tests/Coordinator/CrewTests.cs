using Distributed.Protocol.Coordinator.Crews;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Tests.Coordinator;

/// <summary>Workers, their shares, and what watchers hear of them.</summary>
public sealed class CrewTests
{
    private readonly Coordination _job = new();

    private Crew Crew => _job.Concerns.Crew;

    [Fact]
    public void A_late_worker_gets_no_shards_until_its_penalty_is_over_and_it_answers()
    {
        _job.Load().Assign("w1", "w2");
        var assignment = _job.Lineage.Assignments;
        Crew.MakeLate(new WorkerId("w2"));
        assignment.Reconcile(mustWithdraw: false);
        Assert.Equal([1, 0], assignment.Current.Shares.Select(share => share.Weight));
        _job.Wait(_job.Times.LatePenalty);
        assignment.Reconcile(mustWithdraw: false);
        Assert.Equal([1, 0], assignment.Current.Shares.Select(share => share.Weight));
        _job.Lineage.Hear(new WorkerAssigned(Coordination.Job, new WorkerId("w2"), 1, assignment.Current.Number));
        assignment.Reconcile(mustWithdraw: false);
        Assert.Equal([1, 1], assignment.Current.Shares.Select(share => share.Weight));
    }

    [Fact]
    public void An_excluded_worker_is_never_ready_again_and_not_waited_for()
    {
        var excluded = new WorkerExcluded(new WorkerId("w1"), 1, 2, 0, "it computes wrongly");
        _job.Load().Assign("w1", "w2");
        _job.Decide(excluded);
        Crew.Exclude(excluded.Worker, excluded.Reason);
        Assert.Equal(Crew.Change.WorkerIsMissing, Crew.Pending);
        Crew.MakeReady(Crew.Find(excluded.Worker)!, 1);
        Assert.Equal("w2", Assert.Single(Crew.Shares(0)).Worker.Value);
        Crew.Remove(excluded.Worker);
        Crew.Add(excluded.Worker); // it returns
        Assert.True(Crew.Find(excluded.Worker)!.IsExcluded);
    }

    [Fact]
    public void Workers_are_asked_to_join_and_told_the_assignment_until_they_answer()
    {
        _job.Load();
        Crew.Add(new WorkerId("w1"));
        Assert.Equal((new WorkerId("w1"), false), Assert.Single(Crew.ToSpeakTo(0)));
        Assert.Empty(Crew.ToSpeakTo(0));
        _job.Wait(_job.Times.AskAgain);
        Assert.Single(Crew.ToSpeakTo(0));
        Crew.MakeReady(Crew.Find(new WorkerId("w1"))!, 1);
        Crew.SpeakAtOnce();
        Assert.Equal((new WorkerId("w1"), true), Assert.Single(Crew.ToSpeakTo(7)));
        Crew.Find(new WorkerId("w1"))!.AcknowledgedNumber = 7;
        _job.Wait(_job.Times.AskAgain);
        Assert.Empty(Crew.ToSpeakTo(7));
    }

    [Fact]
    public void Watchers_hear_once_that_the_job_waits_for_workers()
    {
        _job.Load();
        for (var i = 0; i < 9; i++)
        {
            _job.Lineage.Assignments.Reconcile(mustWithdraw: false);
            _job.Wait(_job.Times.SayWaitingAfter / 2);
        }
        Assert.Contains("0 ready of at least 1", Assert.Single(_job.Effects.Take<JobWaiting>()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_that_is_withdrawn_is_not_given_again()
    {
        _job.Load().Assign("w1");
        _job.Wait(TimeSpan.FromSeconds(1));
        _job.Lineage.Assignments.Reconcile(mustWithdraw: true);
        Assert.True(_job.Lineage.Assignments.IsWithdrawn);
        Assert.Empty(_job.Lineage.Assignments.Current.Shares);
        Assert.Equal(_job.Context.Now, _job.Lineage.Assignments.IdleSince);
        Assert.All(_job.Effects.Take<AssignBlock>(), message => Assert.Empty(message.Assignment.Shares));
    }
}
