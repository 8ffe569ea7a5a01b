using Distributed.Protocol.ParameterBlocks;

namespace Distributed.Protocol.Tests.Rules;

public sealed class StepTimerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly BlockTimes Times = new();

    private readonly StepTimer _timer = new(Times);

    [Fact]
    public void The_first_step_of_a_lineage_has_a_wait_of_its_own()
    {
        _timer.Begin(Second);
        Assert.Equal(Times.FirstStepLateAfter, _timer.LateWait);
        Assert.False(_timer.IsLate(Second + Times.FirstStepLateAfter - TimeSpan.FromTicks(1)));
        Assert.True(_timer.IsLate(Second + Times.FirstStepLateAfter));
        Assert.False(_timer.IsLate(Second + Times.FirstStepLateAfter)); // reported once per wait
    }

    [Fact]
    public void A_step_is_late_after_so_many_usual_steps()
    {
        Make(Second, Second, Second);
        Assert.Equal(Second * Times.LateSteps, _timer.LateWait);
    }

    [Fact]
    public void One_slow_step_doubles_the_usual_time_at_most()
    {
        Make(Second, Second * 3600);
        Assert.Equal(Second * 2 * Times.LateSteps, _timer.LateWait);
    }

    [Fact]
    public void The_usual_time_falls_slowly_and_never_below_the_shortest_wait()
    {
        Make(Second, TimeSpan.Zero + TimeSpan.FromTicks(1));
        Assert.InRange(_timer.LateWait, Second * Times.LateSteps * 0.87, Second * Times.LateSteps * 0.88);
        Make([.. Enumerable.Repeat(TimeSpan.FromTicks(1), 100)]);
        Assert.Equal(Times.LateAfter, _timer.LateWait);
    }

    [Fact]
    public void Questions_become_rarer_up_to_a_bound_and_each_step_begins_anew()
    {
        _timer.Begin(Second);
        var asked = new List<TimeSpan>();
        for (var now = Second; now < Second * 20; now += Second / 10)
            if (_timer.IsAskDue(now)) asked.Add(now - Second);
        Assert.Equal([0.5, 1.5, 3.5, 7.5, 12.5, 17.5], asked.Select(at => Math.Round(at.TotalSeconds, 3)));
        _timer.Begin(Second * 20);
        Assert.False(_timer.IsAskDue(Second * 20));
    }

    [Fact]
    public void The_wait_at_a_barrier_does_not_count_as_the_steps_time()
    {
        _timer.Begin(Second);
        _timer.Reopen(Second * 100, isBoundary: true);
        _timer.Begin(Second * 101);
        Assert.Equal(Second * Times.LateSteps, _timer.LateWait);
    }

    [Fact]
    public void What_was_just_given_to_other_workers_is_not_late_yet()
    {
        _timer.Begin(Second);
        _timer.Defer(Second * 10);
        Assert.False(_timer.IsLate(Second * 10 + Times.FirstStepLateAfter - TimeSpan.FromTicks(1)));
        Assert.True(_timer.IsLate(Second * 10 + Times.FirstStepLateAfter));
    }

    private TimeSpan _now = Second;

    private void Make(params TimeSpan[] steps)
    {
        _timer.Begin(_now);
        foreach (var step in steps) _timer.Begin(_now += step);
    }
}
