using Distributed.Cluster.Compute;

namespace Distributed.Cluster.Tests.Compute;

public sealed class StepBarrierTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Nobody_passes_before_the_last_one_has_arrived_and_done_its_part(int lanes)
    {
        const int Phases = 3000;
        var barrier = new StepBarrier(lanes);
        var (arrived, completed, early) = (0, 0, 0);
        var threads = Enumerable.Range(0, lanes).Select(lane => new Thread(() =>
        {
            for (var phase = 1; phase <= Phases; phase++)
            {
                if ((phase + lane) % 500 == 0) Thread.Sleep(2); // long enough for others to park
                Interlocked.Increment(ref arrived);
                if (!barrier.Wait(barrier.Arrive(() =>
                {
                    if (Volatile.Read(ref arrived) < lanes * (completed + 1)) Interlocked.Increment(ref early);
                    completed++;
                }))) Interlocked.Increment(ref early);
                if (Volatile.Read(ref completed) < phase) Interlocked.Increment(ref early);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        Assert.True(threads.TrueForAll(thread => thread.Join(Bound)), "a thread waits for ever");
        Assert.Equal((0, Phases), (early, completed));
    }

    [Fact]
    public void A_broken_barrier_lets_everyone_go()
    {
        var barrier = new StepBarrier(3);
        var passed = 0;
        var threads = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            if (barrier.Wait(barrier.Arrive(() => { }))) Interlocked.Increment(ref passed);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        Assert.False(threads[0].Join(TimeSpan.FromMilliseconds(5)));
        barrier.Break();
        Assert.True(threads.TrueForAll(thread => thread.Join(Bound)), "a thread waits for ever");
        Assert.Equal(0, passed);
    }
}
