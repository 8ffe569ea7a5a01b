using Distributed.Protocol.Coordinator.Context;
using Distributed.Protocol.Coordinator.Crews;
using Distributed.Protocol.Coordinator.Lineages;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;

namespace Distributed.Protocol.Coordinator;

/// <summary>The concerns of one coordinator: the lasting ones, and the lineage's, which a rewind replaces as one value.</summary>
internal sealed class Concerns
{
    public Concerns(JobId job, JobHistory history, CoordinatorTimes times, ICoordinatorEffects effects, CheckpointOrder order)
    {
        Context = new RunContext(job, history, times, effects) { Order = order };
        Crew = new Crew(Context);
        News = new WorkerNews(Context);
        Requests = new Requests(Context);
        Cancel = new CancelDeadline(Context);
        Ending = new JobEnding(Context, Cancel);
        Parts = new StoredParts(Context);
        var toldOpen = Context.Plan is { } plan ? history.OpenThrough(plan, _ => true) : -1; // by the previous coordinator
        Lineage = new LineageState(Context, Crew, News, Cancel, BlockRoster.OfJournal(Context), toldOpen);
    }

    public RunContext Context { get; }

    public Crew Crew { get; }

    public WorkerNews News { get; }

    public Requests Requests { get; }

    public CancelDeadline Cancel { get; }

    public JobEnding Ending { get; }

    public StoredParts Parts { get; }

    public LineageState Lineage { get; private set; }

    /// <summary>Epochs that are decided and not durable yet.</summary>
    public UnwrittenEpochs Unwritten { get; } = new();

    /// <summary>The decision being written to the journal, or the last of <see cref="Unwritten"/>, and since when; null for none.</summary>
    public (JournalEvent Decision, TimeSpan Since)? Persisting { get; set; }

    /// <summary>The checkpoint step at which a pause is in force and nothing moves; null when not paused.</summary>
    public long? PausedAt { get; private set; }

    public bool IsAtRest => Context.IsOver || PausedAt is not null;

    /// <summary>All blocks load the checkpoint named by the journal; the previous lineage's state is discarded.</summary>
    public void BeginLineage(LineageStarted started)
    {
        if (started.Lineage > 1 && Lineage.Fate.Lost is { } lost)
            Context.Effects.Publish(new JobRewound(Context.Job, started.CheckpointStep ?? 0, lost));
        var blocks = Lineage.Blocks.Next(started.Blocks);
        Parts.DeleteUnkept(Lineage.Checkpoints.StoredParts);
        Lineage = new LineageState(Context, Crew, News, Cancel, blocks);
        Crew.SpeakAtOnce();
    }

    /// <summary>The pause takes effect. Releasing memory loses nothing, since resuming begins by loading the checkpoint.</summary>
    public void Rest(long step)
    {
        PausedAt = step;
        EndAll();
        Context.Effects.Publish(new JobPaused(Context.Job, step));
    }

    /// <summary>Resumes after a pause: all blocks load the checkpoint where they rest, since block 0 withholds weights.</summary>
    public void GoOn()
    {
        PausedAt = null;
        Lineage.Fate.Replace();
    }

    /// <summary>Blocks and workers release everything they hold of the job.</summary>
    public void EndAll()
    {
        for (var block = 0; block < Lineage.Blocks.Count; block++) Context.End(block);
        foreach (var worker in Crew.Members.Keys) Context.Leave(worker);
        Lineage.Checkpoints.Drop();
    }
}
