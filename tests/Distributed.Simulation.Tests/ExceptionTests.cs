using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Simulation.Tests.World;

namespace Distributed.Simulation.Tests;

/// <summary>Blocks and workers that throw: five attempts in a row end the job, fewer change no bit.</summary>
public sealed class ExceptionTests
{
    private const int Seeds = 40;
    private static readonly TimeSpan CancelWithin = TimeSpan.FromSeconds(10);

    public static TheoryData<string> EveryPlace() => [.. Enum.GetValues<ThrowingPlace>().Where(place => place != ThrowingPlace.Nowhere).Select(place => place.ToString())];

    [Theory]
    [MemberData(nameof(EveryPlace))]
    public void A_job_that_throws_for_ever_fails_after_five_attempts(string place)
    {
        Each(seed =>
        {
            var world = Calm(seed, new ExceptionHabits(Enum.Parse<ThrowingPlace>(place), 1) { IsForGood = true });
            world.Run();
            var end = world.Journal.Mirror.End!;
            // Block 0 of a job that diverges at once neither steps nor saves.
            if (world.Oracle.DivergedAt is not null && end.Step == world.Oracle.DivergedAt) return;
            Assert.Equal(JobOutcome.Failed, end.Outcome);
            Assert.InRange(world.Journal.FailedAttempts, 5, 5 + (4 * world.Oracle.Decisions.Count)); // each epoch restarts the count
            Assert.Contains("out of memory", end.Message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [MemberData(nameof(EveryPlace))]
    public void Four_exceptions_change_no_bit(string place)
    {
        Each(seed =>
        {
            var world = Calm(seed, new ExceptionHabits(Enum.Parse<ThrowingPlace>(place), 1) { Most = 4, IsForGood = true });
            world.Run(); // the journal compares commits and decisions with the fault-free run
            var end = world.Journal.Mirror.End!;
            Assert.Equal(world.Oracle.DivergedAt is null ? JobOutcome.Completed : JobOutcome.Failed, end.Outcome);
            if (world.Oracle.DivergedAt is null) Assert.Equal(4, world.Exceptions.Count);
        });
    }

    [Fact]
    public void A_worker_that_alone_throws_fails_no_job_that_others_compute()
    {
        Each(seed =>
        {
            var world = Calm(
                seed, new ExceptionHabits(ThrowingPlace.WorkerComputes, 1) { IsForGood = true, Only = new WorkerId("w1") },
                habits => habits with { Workers = Math.Max(2, habits.Workers) });
            world.Run();
            Assert.Equal(world.Oracle.DivergedAt is null ? JobOutcome.Completed : JobOutcome.Failed, world.Journal.Mirror.End!.Outcome);
            Assert.True(world.Journal.FailedAttempts < 5);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_cancel_ends_the_job_within_ten_seconds_whatever_hangs_or_throws(bool throws)
    {
        Each(seed =>
        {
            var random = new Random(seed);
            var places = Enum.GetValues<ThrowingPlace>();
            var world = Calm(
                seed, new ExceptionHabits(throws ? places[random.Next(1, places.Length)] : ThrowingPlace.Nowhere, 1) { IsForGood = true },
                habits => habits with
                {
                    ShardTime = habits.ShardTime * 20,
                    Horizon = TimeSpan.FromSeconds(60),
                    Faults = new Dictionary<FaultKind, TimeSpan>
                    {
                        [FaultKind.FreezeWorker] = TimeSpan.FromSeconds(random.Next(1, 4)),
                        [FaultKind.SlowWorker] = TimeSpan.FromSeconds(random.Next(1, 4)),
                        [FaultKind.CrashBlock] = TimeSpan.FromSeconds(random.Next(1, 9)),
                    },
                });
            TimeSpan? cancelledAt = null, endedAt = null;
            world.Time.After(TimeSpan.FromMilliseconds(random.Next(0, 6000)), Cancel);
            world.Client.Ended += () => endedAt = world.Time.Now;
            world.Run();
            if (cancelledAt is not null) Assert.True(endedAt - cancelledAt <= CancelWithin, $"it took {endedAt - cancelledAt}");

            void Cancel()
            {
                if (world.Client.HasHeardTheEnd) return;
                world.Client.Cancel();
                if (world.Client.WantsCancel) cancelledAt = world.Time.Now;
                else world.Time.After(TimeSpan.FromMilliseconds(20), Cancel);
            }
        });
    }

    /// <summary>A world with only the given faults.</summary>
    private static SimulatedWorld Calm(int seed, ExceptionHabits exceptions, Func<Habits, Habits>? change = null) => new(
        seed, traced: false,
        habits =>
        {
            habits = habits with { Faults = new Dictionary<FaultKind, TimeSpan>(), Drop = 0, Duplicate = 0, LongDelay = 0 };
            return change?.Invoke(habits) ?? habits;
        },
        _ => new AuditHabits(0, null), exceptions: _ => exceptions);

    /// <summary>Runs a schedule for each seed, and names the one that fails.</summary>
    private static void Each(Action<int> run)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            try
            {
                run(seed);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Assert.Fail($"SEED={seed}: {e}");
            }
        }
    }
}
