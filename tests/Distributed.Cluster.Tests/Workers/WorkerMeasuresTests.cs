using System.Diagnostics;
using Distributed.Cluster.Measures;
using Distributed.Cluster.Workers;
using Distributed.Protocol.Identity;

namespace Distributed.Cluster.Tests.Workers;

public sealed class WorkerMeasuresTests
{
    private readonly TrainingSpeed _speed = new(threads: 1);
    private readonly WorkerMeasures _measures;

    public WorkerMeasuresTests() => _measures = new WorkerMeasures(new JobId("job"), new WorkerId("worker"), _speed);

    [Fact]
    public void The_first_measurement_is_not_reported()
    {
        Assert.Null(Train(samples: 10, second: 1));
        Assert.Equal(20, Train(samples: 20, second: 2));
    }

    [Fact]
    public void A_report_is_due_once_a_second()
    {
        Train(samples: 10, second: 1);
        Assert.Null(Train(samples: 20, second: 1.9));
        Assert.Equal(25, Train(samples: 30, second: 2)); // both: 50 samples in two seconds of thread time
    }

    [Fact]
    public void A_worker_that_does_not_train_reports_nothing()
    {
        Train(samples: 10, second: 1);
        Assert.Null(_measures.TakeDue(TimeSpan.FromSeconds(2)));
        Assert.Equal(30, Train(samples: 30, second: 3));
    }

    /// <summary>Records samples of a second of thread time and takes the report.</summary>
    private double? Train(long samples, double second)
    {
        _speed.Record(samples, Stopwatch.Frequency);
        return _measures.TakeDue(TimeSpan.FromSeconds(second))?.SamplesPerSecond;
    }
}
