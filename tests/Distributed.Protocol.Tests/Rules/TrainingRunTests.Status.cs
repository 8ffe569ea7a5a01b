using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Tests.Specification;

namespace Distributed.Protocol.Tests.Rules;

/// <summary>A job's status, and disputes that its audits raise.</summary>
public sealed partial class TrainingRunTests
{
    [Fact]
    public void The_status_tells_what_the_job_waits_for_and_what_it_does()
    {
        Assert.Equal(JobState.Unknown, _run.StatusAt(_now).State);
        _run.OnStart(Start(), _now);
        Assert.Equal(JobState.Waiting, _run.StatusAt(_now).State);
        Assert.Contains("store", _run.StatusAt(_now + Second * 5).Reason, StringComparison.Ordinal); // the first decision is not durable
        _workerIsGone = true;
        Settle();
        Assert.Contains("waiting for workers", _run.StatusAt(_now).Reason, StringComparison.Ordinal);
        _workerIsGone = false;
        Settle();
        var status = _run.StatusAt(_now);
        Assert.Equal((JobState.Running, null, 0, 0L, 1L, 1L), (status.State, status.Reason, status.Epoch, status.Step, status.Lineage, status.Term));
        Assert.Equal(new WorkerStatus(Worker, 1, 1.0, true, false, null, null), Assert.Single(status.Workers));
        Assert.Equal(new BlockStatus(0, 1, 0, null), Assert.Single(status.Blocks));
        Assert.Equal(0, status.Rewinds);
    }

    [Fact]
    public void The_status_tells_checkpoints_rewinds_pause_and_end()
    {
        Begin();
        Complete(epoch: 0, loss: 2);
        var open = _run.StatusAt(_now);
        Assert.Equal((3L, 3L, 0), (open.Step, open.Checkpoints.OpenStep!.Value, open.Checkpoints.Stored));
        _run.OnSnapshotDelayed(new SnapshotDelayed(SampleJobs.Job, 0, 1, 3, "disk full"));
        Assert.Equal("disk full", _run.StatusAt(_now).Checkpoints.StoreTrouble);
        Store(3);
        var stored = _run.StatusAt(_now).Checkpoints;
        Assert.Equal([3L], stored.Kept);
        Assert.Equal((3L, 3L), (stored.Latest!.Value, stored.Best!.Value));
        Assert.True(stored is { OpenStep: null, StoreTrouble: null });
        Lose();
        Assert.Equal(1, _run.StatusAt(_now).Rewinds);
        _effects.Sent.Clear();
        _run.OnPause(_now);
        Assert.Equal(JobState.Pausing, _run.StatusAt(_now).State);
        Settle(lineage: 2, incarnation: 2);
        _run.OnBlockHeld(new BlockHeld(SampleJobs.Job, 2, 4), _now);
        Store(4);
        Assert.Equal((JobState.Paused, 4L), (_run.StatusAt(_now).State, _run.StatusAt(_now).Step));
        _run.OnCancel(_now);
        Settle();
        Assert.Equal((JobState.Cancelled, 4L), (_run.StatusAt(_now).State, _run.StatusAt(_now).Step));
    }

    [Fact]
    public void A_worker_that_others_outvote_is_excluded_before_the_job_goes_back_and_stays_so_for_the_next_coordinator()
    {
        _run.OnStart(Start() with { Options = Options with { AuditShare = 0.5, MinimumWorkers = 2 } }, _now);
        Settle();
        Assert.Equal(0.5, Assert.Single(_effects.Sent.OfType<LoadBlock>()).AuditShare);
        var (other, third) = (new WorkerId("w2"), new WorkerId("w3"));
        foreach (var worker in new[] { other, third })
        {
            _run.OnWorkerUp(worker, _now);
            _run.OnWorkerReady(new WorkerReady(SampleJobs.Job, worker, 1), _now);
        }
        _now += Second;
        _run.OnTick(_now);
        Write(); // the first assignment
        _effects.Sent.Clear();
        var dispute = new AuditDisputed(SampleJobs.Job, 0, 1, 4, 1, [new ShardClaim(Worker, 1), new ShardClaim(other, 2)]);
        _run.OnAuditDisputed(dispute, _now);
        Assert.Equal((4L, 1), Assert.Single(_effects.Sent.OfType<AuditShard>()) is var ask ? (ask.Step, ask.Shard) : default);
        Assert.Contains("another worker decides", _run.StatusAt(_now).Reason);

        _run.OnAuditDisputed(dispute with { Claims = [.. dispute.Claims, new ShardClaim(third, 1)] }, _now);
        Assert.Equal(other, Assert.IsType<WorkerExcluded>(_effects.Persisting).Worker);
        Assert.DoesNotContain(_effects.Sent, message => message is LeaveJob); // no message leaves before it is durable
        Settle();
        Assert.Equal(2, _run.History.Lineage!.Lineage);
        Assert.Contains(_effects.Sent, message => message is LeaveJob);
        Assert.Contains("w2", Assert.Single(_effects.Sent.OfType<JobRewound>()).Reason);

        Recover();
        Settle(lineage: 2);
        _run.OnWorkerUp(other, _now);
        _effects.Sent.Clear();
        _run.OnWorkerReady(new WorkerReady(SampleJobs.Job, other, 2), _now);
        Assert.Contains(_effects.Sent, message => message is LeaveJob);
        Assert.DoesNotContain(_run.Assignment.Shares, share => share.Worker == other);
    }

    [Fact]
    public void A_pause_does_not_wait_for_a_dispute_that_nobody_can_decide()
    {
        _run.OnStart(Start() with { Options = Options with { AuditShare = 0.5 } }, _now);
        Settle();
        Complete(epoch: 0, loss: 2);
        Store(3);
        _run.OnAuditDisputed(new AuditDisputed(SampleJobs.Job, 0, 1, 4, 1, [new ShardClaim(Worker, 1), new ShardClaim(new("gone"), 2)]), _now);
        Assert.Contains("start another worker", _run.StatusAt(_now).Reason);
        _run.OnPause(_now);
        Settle(step: 4, lineage: 1);
        Assert.Equal((JobState.Paused, 3L), (_run.StatusAt(_now).State, _run.StatusAt(_now).Step));
    }
}
