using Distributed.Protocol.Messages;

namespace Distributed.Simulation.Tests.World;

/// <summary>Injects faults at random times, and repairs them at the end.</summary>
internal sealed class Faults(SimulatedWorld world)
{
    private const int MostWorkers = 8;
    private bool _over;

    public void Begin()
    {
        foreach (var (kind, distance) in world.Habits.Faults) Next(kind, distance);
    }

    /// <summary>Restores everything and stops all faults; nodes that hang recover by themselves.</summary>
    public void End()
    {
        _over = true;
        world.Journal.IsUp = world.Parts.IsUp = true;
        foreach (var worker in world.Workers) worker.Slowness = 1;
        // With a liar among them, enough others are needed to outvote it.
        var least = world.Liar is null ? 2 : 3;
        while (world.Workers.Count(worker => worker.IsMember && worker.Id != world.Liar) < least) world.AddWorker();
    }

    private void Next(FaultKind kind, TimeSpan distance) =>
        world.Time.After(distance * -Math.Log(1 - world.Random.NextDouble()), () =>
        {
            if (_over || world.Client.HasHeardTheEnd) return;
            Do(kind);
            Next(kind, distance);
        });

    private void Do(FaultKind kind)
    {
        var random = world.Random;
        switch (kind)
        {
            case FaultKind.CrashWorker when AnyWorker() is { } worker:
                worker.Crash(world.Between(1, 3000));
                if (random.Next(4) > 0) world.Time.After(world.Between(50, 2000), AddWorker);
                break;
            case FaultKind.FreezeWorker when AnyWorker() is { IsFrozen: false } worker:
                worker.Freeze(world.Between(50, 8000));
                break;
            case FaultKind.AddWorker:
                AddWorker();
                break;
            case FaultKind.LeaveWorker when AnyWorker() is { IsMember: true } worker:
                worker.LeaveGracefully();
                break;
            case FaultKind.SlowWorker when AnyWorker() is { } worker:
                worker.Slowness = worker.Slowness > 1 ? 1 : 5 + random.Next(60);
                break;
            case FaultKind.ResetConnection when AnyWorker() is { } worker:
                world.Coordinators.Current?.Receive(new WorkerLeft(world.Job.Id, worker.Id, "its connection closed"));
                break;
            case FaultKind.CrashBlock:
                world.Blocks[random.Next(BlockCount)].Crash(world.Between(0, 2500));
                break;
            case FaultKind.FreezeBlock:
                world.Blocks[random.Next(BlockCount)].Node?.Freeze(world.Between(50, 4000));
                break;
            case FaultKind.DoubleBlock:
                world.Blocks[random.Next(BlockCount)].Double(world.Between(20, 2000));
                break;
            case FaultKind.LeaveBlock:
                world.Blocks[random.Next(BlockCount)].Node?.Leave(world.Between(100, 40_000));
                break;
            case FaultKind.CrashCoordinator:
                world.Coordinators.Crash(world.Between(1, 2500));
                break;
            case FaultKind.DoubleCoordinator:
                world.Coordinators.Double(world.Between(20, 2000));
                break;
            case FaultKind.CrashAll:
                CrashAll();
                break;
            case FaultKind.JournalOutage:
                world.Journal.IsUp = false;
                world.Time.After(world.Between(50, 4000), () => world.Journal.IsUp = true);
                break;
            case FaultKind.PartsOutage:
                world.Parts.IsUp = false;
                world.Time.After(world.Between(50, 4000), () => world.Parts.IsUp = true);
                break;
            case FaultKind.DamagePart when world.Journal.Mirror.Latest is { Lineage: > 0 } checkpoint:
                world.Trace?.Line($"a part of the checkpoint of step {checkpoint.Step} is DAMAGED");
                world.Parts.Damage(checkpoint.Parts[random.Next(checkpoint.Parts.Count)]);
                break;
            case FaultKind.LeapClock:
                AnyClock()?.Leap(world.Between(100, 30_000));
                break;
            case FaultKind.Partition:
                var (a, b) = (AnyName(), random.Next(3) == 0 ? "*" : AnyName());
                world.Trace?.Line($"{a} and {b} are CUT apart");
                world.Post.Cut(a, b);
                world.Time.After(world.Between(50, 3000), () => world.Post.Heal(a, b));
                break;
            case FaultKind.Pause:
                world.Client.Pause(world.Between(10, 2000));
                break;
            case FaultKind.Cancel when random.Next(3) == 0:
                world.Client.Cancel();
                break;
        }
    }

    private void CrashAll()
    {
        world.Trace?.Line("ALL CRASH");
        foreach (var block in world.Blocks) block.Crash(world.Between(0, 1500));
        var count = world.Workers.Count;
        foreach (var worker in world.Workers.ToList()) worker.Crash(world.Between(1, 3000));
        world.Coordinators.Crash(world.Between(1, 1500));
        for (var i = 0; i < count; i++) world.Time.After(world.Between(50, 2000), AddWorker);
    }

    private int BlockCount => Math.Max(1, world.Journal.Mirror.Lineage?.Blocks ?? 1);

    private void AddWorker()
    {
        if (world.Workers.Count < MostWorkers) world.AddWorker();
    }

    private WorkerNode? AnyWorker() => world.Workers.Count == 0 ? null : world.Workers[world.Random.Next(world.Workers.Count)];

    private NodeClock? AnyClock() => world.Random.Next(3) switch
    {
        0 => world.Coordinators.Current?.Clock,
        1 => AnyWorker()?.Clock,
        _ => world.Blocks[world.Random.Next(BlockCount)].Node?.Clock,
    };

    private string AnyName() => world.Random.Next(3) switch
    {
        0 => CoordinatorSeat.Name,
        1 => AnyWorker()?.Name ?? CoordinatorSeat.Name,
        _ => world.Blocks[world.Random.Next(BlockCount)].Name,
    };
}
