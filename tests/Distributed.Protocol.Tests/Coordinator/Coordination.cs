using Distributed.Learning.Metrics;
using Distributed.Protocol.Coordinator;
using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;
using Distributed.Protocol.Tests.Rules;
using Distributed.Protocol.Tests.Specification;

namespace Distributed.Protocol.Tests.Coordinator;

/// <summary>The concerns of a coordinator in its first lineage: two blocks, three steps per epoch, nine in all.</summary>
internal sealed class Coordination
{
    public const int Blocks = 2;
    private long _query;

    public Coordination(RunOptions? options = null)
    {
        Decide(new JobSubmitted(SampleJobs.With(10, 4, 2, epochs: 9), options ?? new RunOptions { Blocks = Blocks }));
        Decide(new TermStarted(1));
        Decide(new LineageStarted(1, null, Blocks));
        Concerns = new Concerns(SampleJobs.Job, History, new CoordinatorTimes(), Effects, new CheckpointOrder());
        Context.Term = 1;
        Context.Now = TimeSpan.FromMinutes(1);
        Concerns.BeginLineage(History.Lineage!);
        Effects.Sent.Clear();
    }

    public static JobId Job => SampleJobs.Job;

    public Recorder Effects { get; } = new();

    public JobHistory History { get; } = new();

    public Concerns Concerns { get; }

    public RunContext Context => Concerns.Context;

    public CoordinatorTimes Times => Context.Times;

    public LineageState Lineage => Concerns.Lineage;

    public void Decide(JournalEvent journalEvent) => History.Apply(journalEvent);

    public void Wait(TimeSpan time) => Context.Now += time;

    /// <summary>A block answers a query for the first time.</summary>
    public BlockState Answer(int block, long incarnation, long step = 0, long? lineage = null) =>
        new(Job, block, incarnation, Context.Term, ++_query, lineage ?? Context.Lineage, step, null);

    /// <summary>All blocks load the lineage in force.</summary>
    public Coordination Load(long step = 0)
    {
        for (var block = 0; block < Blocks; block++) Assert.True(Lineage.Hear(Answer(block, incarnation: 10 + block, step)));
        Assert.True(Lineage.Blocks.TryComplete(out _));
        Lineage.Checkpoints.Begin(wasAdopted: false);
        Lineage.Assignments.WaitAgain();
        return this;
    }

    /// <summary>Workers arrive, get ready and are assigned.</summary>
    public Coordination Assign(params string[] workers)
    {
        foreach (var worker in workers)
        {
            Concerns.Crew.Add(new WorkerId(worker));
            Concerns.Crew.MakeReady(Concerns.Crew.Find(new WorkerId(worker))!, Context.Lineage);
        }
        Lineage.Assignments.Reconcile(mustWithdraw: false);
        Assert.Equal(workers.Length, Lineage.Assignments.Current.Shares.Count);
        Effects.Sent.Clear();
        return this;
    }

    public static EpochCompleted Ended(int epoch, double loss = 1, long lineage = 1) =>
        new(Job, lineage, epoch, new ShardMetrics { Samples = 10, Divisor = 10, LossSum = loss * 10 }, null);

    public static EpochDecided Decided(int epoch, bool isBest = false, StopReason? stop = null) => new(epoch, isBest, stop, SampleJobs.Loss(1));

    public static CheckpointCommitted Committed(long step) =>
        new(new Checkpoint(step, 1, [new SnapshotPart(0, 26, $"p{step}", step, 0)], default, 26));
}
