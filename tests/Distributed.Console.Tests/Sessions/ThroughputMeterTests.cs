using Distributed.Console.Sessions;
using Distributed.Console.Tests.Fakes;

namespace Distributed.Console.Tests.Sessions;

public sealed class ThroughputMeterTests
{
    private readonly ManualClock _clock = new();
    private readonly ThroughputMeter _meter;

    public ThroughputMeterTests() => _meter = new ThroughputMeter(_clock);

    [Fact]
    public void Samples_done_before_this_run_do_not_count()
    {
        _meter.Begin(1000);
        _clock.Advance(2);
        _meter.Report(1500);
        Assert.Equal(250, _meter.Overall);
        Assert.Equal(TimeSpan.FromSeconds(2), _meter.Elapsed);
    }

    [Fact]
    public void The_recent_rate_forgets_what_is_long_ago()
    {
        _meter.Begin(0);
        _clock.Advance(10);
        _meter.Report(10);
        for (var i = 1; i <= 10; i++)
        {
            _clock.Advance(1);
            _meter.Report(10 + 100 * i);
        }
        Assert.Equal(100, _meter.Recent);
        Assert.Equal(1010.0 / 20, _meter.Overall);
    }

    [Fact]
    public void Epochs_are_measured_one_by_one()
    {
        _meter.Begin(0);
        _clock.Advance(1);
        Assert.Equal(100, _meter.EndEpoch(100));
        _clock.Advance(4);
        Assert.Equal(25, _meter.EndEpoch(200));
    }

    [Fact]
    public void What_is_computed_again_after_a_rewind_counts_as_work()
    {
        _meter.Begin(0);
        _clock.Advance(1);
        _meter.Report(100);
        _meter.Report(40);
        _clock.Advance(1);
        _meter.Report(140);
        Assert.Equal(100, _meter.Overall);
    }

    [Fact]
    public void Nothing_measured_yet_is_no_rate()
    {
        _meter.Begin(0);
        Assert.Equal(0, _meter.Recent);
        Assert.Equal(0, _meter.Overall);
    }
}
