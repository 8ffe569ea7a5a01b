using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Simulation.Tests.Jobs;
using Distributed.Simulation.Tests.Mistakes;

namespace Distributed.Simulation.Tests.World;

/// <summary>One job in its own world: the real rules, single-threaded, under a seeded network, disk and clock.</summary>
internal sealed class SimulatedWorld
{
    /// <summary>The time within which a job must end after the last fault.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private int _workersMade;
    private long _incarnations;

    /// <param name="seed">Decides everything.</param>
    /// <param name="traced">Whether to record a trace.</param>
    /// <param name="change">Changes the drawn habits; null to keep them.</param>
    /// <param name="audits">What is audited; null for the drawn choice.</param>
    /// <param name="format">The gradient format; null for the drawn one.</param>
    /// <param name="exceptions">What blocks and workers throw; null for the drawn choice.</param>
    /// <param name="mistake">The mistake the world makes; null for none.</param>
    /// <param name="stranger">Whether a stranger sends forged gradients; null for the drawn choice.</param>
    public SimulatedWorld(
        int seed, bool traced, Func<Habits, Habits>? change = null, Func<SimulatedJob, AuditHabits>? audits = null, GradientFormat? format = null,
        Func<SimulatedJob, ExceptionHabits>? exceptions = null, Mistake? mistake = null, bool? stranger = null)
    {
        Mistake = mistake;
        Random = new Random(seed);
        Threads = new Random(seed ^ 0x7ead);
        Job = new SimulatedJob(Random, format);
        Habits = Habits.Draw(Random);
        var together = new Random(seed ^ 0x571d); // apart, so that other habits stay the same
        IsTogether = together.Next(3) > 0;
        var isAlone = IsTogether && together.Next(3) > 0;
        if (isAlone) Habits = Habits with { Workers = 1 };
        Habits = change?.Invoke(Habits) ?? Habits;
        Audits = audits?.Invoke(Job) ?? (isAlone ? new AuditHabits(0, null) : AuditHabits.Draw(seed, Job)); // where shards are audited, none strides
        if (Audits.LiesFrom is not null)
        {
            Liar = new WorkerId("w1");
            if (change is null) Habits = Habits with { Workers = Math.Max(3, Habits.Workers) };
        }
        // A dispute waits for a worker that can decide; if every one that arrives throws, it would wait forever.
        ExceptionHabits = exceptions?.Invoke(Job) ?? (Liar is null ? ExceptionHabits.Draw(seed, Job) : new ExceptionHabits(ThrowingPlace.Nowhere, 0));
        Exceptions = new Exceptions(this, seed);
        Time = new VirtualTime();
        Trace = traced ? new Trace(Time) : null;
        Mathematics = new JobMathematics(Job);
        Oracle = new Oracle(Job, Mathematics);
        Parts = new PartStore();
        Journal = new Journal(Job, Oracle, Parts, Liar, Exceptions);
        Post = new Postman(this);
        Coordinators = new CoordinatorSeat(this);
        Client = new Client(this);
        Stranger = new Stranger(this, seed, stranger);
        for (var block = 0; block < BlockLayout.MaximumBlocks && block < 8; block++) Blocks.Add(new BlockSeat(this, block));
    }

    /// <summary>The world's deliberate mistake; null for none.</summary>
    public Mistake? Mistake { get; }

    public Random Random { get; }

    /// <summary>Decides the order in which threads finish. Separate from the rest, so that it changes no schedule.</summary>
    public Random Threads { get; }

    public SimulatedJob Job { get; }

    public Habits Habits { get; }

    public AuditHabits Audits { get; }

    public ExceptionHabits ExceptionHabits { get; }

    public Exceptions Exceptions { get; }

    /// <summary>Whether blocks and workers are in one process, so that a worker may stride.</summary>
    public bool IsTogether { get; }

    /// <summary>The strides so far.</summary>
    public StrideCount Strides { get; } = new();

    /// <summary>The worker whose gradients are wrong; null for none.</summary>
    public WorkerId? Liar { get; }

    /// <summary>Lineages and steps of wrong gradients.</summary>
    public HashSet<(long Lineage, long Step)> Lies { get; } = [];

    public bool HasLied => Lies.Count > 0;

    /// <summary>Whether the run ended early because a lie was counted that no worker could audit.</summary>
    public bool IsExcused { get; private set; }

    /// <summary>Raised right before faults stop.</summary>
    public event Action? Quieting;

    public VirtualTime Time { get; }

    public Trace? Trace { get; }

    public JobMathematics Mathematics { get; }

    public Oracle Oracle { get; }

    public PartStore Parts { get; }

    public Journal Journal { get; }

    public Postman Post { get; }

    public CoordinatorSeat Coordinators { get; }

    public Client Client { get; }

    public Stranger Stranger { get; }

    public List<BlockSeat> Blocks { get; } = [];

    /// <summary>Workers that run or are frozen.</summary>
    public List<WorkerNode> Workers { get; } = [];

    /// <summary>Whether the last fault is over.</summary>
    public bool IsQuiet { get; private set; }

    public TimeSpan Between(double milliseconds, double most) => TimeSpan.FromMilliseconds(milliseconds + Random.NextDouble() * (most - milliseconds));

    /// <summary>Runs the job to its end.</summary>
    /// <exception cref="SimulationFailure">An invariant does not hold.</exception>
    public void Run()
    {
        Trace?.Line($"{Habits}; {Audits}; {ExceptionHabits}; {Job.Options}; {Oracle.FinalStep} steps of {Job.Plan.StepsPerEpoch} an epoch, {Job.Network.Layout.Count} parameters");
        for (var i = 0; i < Habits.Workers; i++) AddWorker();
        Coordinators.Start();
        Client.Begin();
        Stranger.Begin();
        var faults = new Faults(this);
        faults.Begin();
        Time.After(Habits.Horizon, () =>
        {
            Quieting?.Invoke();
            IsQuiet = true;
            faults.End();
            Trace?.Line("---- faults stop");
        });
        var deadline = Habits.Horizon + Patience;
        try
        {
            while (!Client.HasHeardTheEnd)
                if (!Time.Step(deadline)) throw new SimulationFailure($"the job has not ended {Patience.TotalMinutes} minutes after the last fault");
        }
        catch (UnauditedLie)
        {
            IsExcused = true;
            return;
        }
        if (Journal.Mirror.End is null) throw new SimulationFailure("an end was announced that is not in the journal");
        CheckThatNothingIsLeft();
    }

    public void AddWorker()
    {
        var worker = new WorkerNode(this, new WorkerId($"w{++_workersMade}"));
        Workers.Add(worker);
        Trace?.Line($"{worker.Name} starts");
        worker.Begin();
    }

    /// <summary>Deletes stored parts; no kept checkpoint may need them.</summary>
    public void DeleteParts(string by, IReadOnlyList<SnapshotPart> parts)
    {
        Trace?.Line($"{by} deletes {string.Join(", ", parts.Select(part => $"{part.PersistenceId}/{part.SequenceNumber}"))}");
        if (parts.Count == 0) return;
        var kept = Journal.Mirror.Checkpoints.SelectMany(checkpoint => checkpoint.Parts).Select(part => (part.PersistenceId, part.SequenceNumber)).ToHashSet();
        if (parts.FirstOrDefault(part => kept.Contains((part.PersistenceId, part.SequenceNumber))) is { } wanted) Fail($"{wanted} of a kept checkpoint is deleted");
        if (parts.FirstOrDefault(part => part.PersistenceId == Client.ForeignId) is { } foreign) Fail($"{foreign} belongs to another job");
        Time.After(Between(1, 50), () => Parts.Delete(parts));
    }

    public long NextIncarnation() => ++_incarnations;

    public static void Fail(string message) => throw new SimulationFailure(message);

    /// <summary>
    /// After the end, once everything has settled: all memory is freed, and few stored rows remain beyond those of kept checkpoints.
    /// </summary>
    private void CheckThatNothingIsLeft()
    {
        // A block that missed the end reports its late shards to the coordinator, which ends it.
        var until = Time.Now + TimeSpan.FromSeconds(30);
        while (Time.Step(until)) { }
        foreach (var block in Blocks)
            if (block.HoldsState) Fail($"{block.Name} still holds the ended job");
        // Unreferenced rows can only come from what was being stored when a lineage or a coordinator ended.
        var orphans = Parts.CountOrphans(Journal.Mirror.Checkpoints);
        var bound = 2 * Blocks.Count * (Journal.Mirror.Term + Journal.Lineages.Count);
        if (orphans > bound) Fail($"{orphans} stored rows belong to nothing, at most {bound} should");
    }
}
