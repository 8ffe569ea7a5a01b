using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Api.Tests;

public sealed class ApiEventsTests
{
    private static readonly JobId Job = new("digits-1");

    private static readonly JobEvent[] Samples =
    [
        new JobStateChanged(Job, JobPhase.Queued, "two jobs come before it", 2),
        new JobStarted(Job, 0, 100, 10, 2),
        new JobProgressed(Job, 3, 35, 160, 0.25, null, 2),
        new EpochEnded(Job, 40, new EpochDecided(3, true, StopReason.Target, new EpochMetrics { TrainLoss = 0.1, ValidationLoss = 0.2 })),
        new CheckpointSaved(Job, 40),
        new WorkersChanged(Job, 3),
        new JobWaiting(Job, "no worker"),
        new JobRewound(Job, 30, "a block was lost"),
        new JobPaused(Job, 40),
        new JobFinished(Job, new JobEnded(JobOutcome.Failed, 41, null, "not finite")),
    ];

    [Fact]
    public void Every_event_is_read_as_it_was_written()
    {
        Assert.Equal(ApiEvents.Names.Count, Samples.Length);
        foreach (var sample in Samples)
        {
            var (name, data) = Assert.NotNull(ApiEvents.Write(sample));
            Assert.DoesNotContain('\n', data); // one data line of a stream
            Assert.Contains("\"job\":\"digits-1\"", data, StringComparison.Ordinal);
            Assert.Equal(sample, ApiEvents.Read(name, data));
        }
    }

    [Theory]
    [InlineData(double.NaN, "\"NaN\"")]
    [InlineData(double.PositiveInfinity, "\"Infinity\"")]
    public void A_metric_that_is_undefined_is_left_out_and_its_earlier_form_is_read(double undefined, string earlier)
    {
        var metrics = new EpochMetrics { TrainLoss = 0.1, ValidationLoss = undefined, ValidationMae = undefined, ValidationR2 = 0.5 };
        var (name, data) = Assert.NotNull(ApiEvents.Write(new EpochEnded(Job, 40, new EpochDecided(3, true, StopReason.Epochs, metrics))));
        Assert.Contains("\"metrics\":{\"trainLoss\":0.1,\"validationR2\":0.5}", data, StringComparison.Ordinal);
        var read = Assert.IsType<EpochEnded>(ApiEvents.Read(name, data)).Decision.Metrics;
        Assert.Equal(metrics with { ValidationLoss = null, ValidationMae = null }, read);

        data = data.Replace("\"trainLoss\"", $"\"validationLoss\":{earlier},\"trainLoss\"", StringComparison.Ordinal);
        Assert.Equal(undefined, Assert.IsType<EpochEnded>(ApiEvents.Read(name, data)).Decision.Metrics.ValidationLoss);
    }

    [Fact]
    public void A_name_that_is_not_known_yet_is_ignored() => Assert.Null(ApiEvents.Read("moved", "{}"));
}
