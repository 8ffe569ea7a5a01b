using Distributed.Console.Output;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Tests.Output;

/// <summary>The live screen of a job.</summary>
public sealed class LiveViewTests
{
    private static readonly JobId Job = new("digits-1");

    [Fact]
    public void Workers_blocks_and_checkpoints_are_told_in_a_few_lines()
    {
        var status = Status(workers: 2) with
        {
            Checkpoints = new CheckpointStatus([900, 1200], 1200, 900, 3.4, 1300, 2, 1, null),
        };
        Assert.Equal(
            [
                "127.0.0.1:40001   50 %   12,300/s  computes 3.2 ms/4.1 ms  waits 5.1 ms/9.9 ms",
                "127.0.0.1:40000   50 %   12,200/s  computes 3.2 ms/4.1 ms  waits 5.1 ms/9.9 ms",
                "2 blocks on 2 nodes, step 1,205  update 85 µs/120 µs  wait 5.1 ms/9.9 ms",
                "checkpoints at steps 900, 1,200, 0:04 old; of step 1,300 1 of 2 blocks stored",
            ],
            StatusView.Lines(status, 80).Select(line => line.Text));
    }

    [Fact]
    public void What_is_not_well_is_told()
    {
        var status = Status(workers: 3);
        status = status with
        {
            Workers = [status.Workers[0] with { Refusal = "its data does not fit" }, status.Workers[1] with { IsReady = false }, status.Workers[2] with { IsLate = true }],
            Blocks = [status.Blocks[0], status.Blocks[1] with { Step = null, Node = null }],
            Checkpoints = new CheckpointStatus([], null, null, 40, null, 0, 0, "the disk is full"),
        };
        var lines = StatusView.Lines(status, 80).Select(line => line.Text).ToList();
        Assert.EndsWith("its data does not fit", lines[2], StringComparison.Ordinal);
        Assert.EndsWith("gets ready", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("late", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("2 blocks on 1 node, step 1,205, 1 without weights", lines[3], StringComparison.Ordinal);
        Assert.Equal("no checkpoint yet; the store: the disk is full", lines[4]);
    }

    [Theory]
    [InlineData(1, 24)]
    [InlineData(40, 24)]
    [InlineData(300, 50)]
    public void However_many_workers_there_are_the_screen_is_high_enough_for_the_curves(int workers, int terminalRows)
    {
        var specification = new JobSpecification
        {
            Data = new DataIdentity(new string('a', 64), 1000, 200),
            Network = new NetworkSpecification { Inputs = 64, Hidden = [8], Outputs = 10, Output = OutputKind.Softmax, Loss = LossKind.CrossEntropy },
            Optimizer = new OptimizerSpecification(),
            Schedule = new ScheduleSpecification(),
            Epochs = 30,
            BatchSize = 32,
            ShardSize = 32,
            Seed = 1,
        };
        var run = new RunHeading(Job, specification, "digits", 610, 32, 960, 0, workers, 2, null, []);
        var metrics = new EpochMetrics { TrainLoss = 0.5, TrainAccuracy = 0.8, ValidationLoss = 0.6, ValidationAccuracy = 0.7 };
        var rows = Enumerable.Range(0, 20).Select(i => new EpochRow(Job, 32 * (i + 1), new EpochDecided(i, false, null, metrics), 1000, workers)).ToList();
        var progress = new RunProgress(21, 650, 0.4, 0.9, workers, 12_000, TimeSpan.FromSeconds(30), 640);

        var lines = LiveView.Lines(run, progress, rows, Status(workers), 80, terminalRows).ToList();

        Assert.InRange(lines.Count, 20, terminalRows - 1);
        Assert.Contains("validation", lines[^1].Text, StringComparison.Ordinal);
        Assert.All(lines, line => Assert.InRange(line.Width, 0, 80));
        Assert.Equal(workers > 3, lines.Any(line => line.Text.Contains($"{workers - 2} more workers, together", StringComparison.Ordinal)));
    }

    private static JobStatus Status(int workers)
    {
        var (compute, wait) = (new StepTiming(0.0032, 0.0041), new StepTiming(0.0051, 0.0099));
        return new JobStatus(
            Job, JobState.Running, null, 20, 30, 650, 960, 1, 1, 0, 30, 0.4, 0.9, workers,
            [.. Enumerable.Range(0, Math.Min(workers, JobStatus.MaximumWorkers)).Select(i => new WorkerStatus(
                new WorkerId($"127.0.0.1:{40_000 + i}/0000abcd-0-1234"), 10, 1.0 / workers, true, false, null, 12_200 + 100 * i, compute, wait))],
            [new BlockStatus(0, 1, 1205, "127.0.0.1:40531", new StepTiming(85e-6, 120e-6), wait), new BlockStatus(1, 1, 1204, "127.0.0.1:40532", null, null)],
            new CheckpointStatus([640], 640, null, 1, null, 0, 0, null));
    }
}
