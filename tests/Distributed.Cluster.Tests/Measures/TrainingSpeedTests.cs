using System.Diagnostics;
using Distributed.Cluster.Measures;

namespace Distributed.Cluster.Tests.Measures;

public sealed class TrainingSpeedTests
{
    private readonly TrainingSpeed _speed = new(threads: 4);

    [Fact]
    public void Samples_over_thread_time_times_threads_is_the_speed()
    {
        _speed.Record(samples: 30, ticks: Stopwatch.Frequency / 2);
        _speed.Record(samples: 10, ticks: Stopwatch.Frequency / 2);
        Assert.Equal(160, _speed.Take());
    }

    [Fact]
    public void A_measurement_covers_what_came_since_the_last_one()
    {
        Assert.Null(_speed.Take());
        _speed.Record(samples: 30, ticks: Stopwatch.Frequency);
        Assert.Equal(120, _speed.Take());
        Assert.Null(_speed.Take());
    }
}
