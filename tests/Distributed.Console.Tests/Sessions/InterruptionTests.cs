using Distributed.Console.Output;
using Distributed.Console.Reports;
using Distributed.Console.Sessions;
using Distributed.Console.Tests.Fakes;
using Distributed.Data.Sets;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Tests.Sessions;

/// <summary>Ctrl-C: the job pauses, or after a bounded wait the run ends without it.</summary>
public sealed class InterruptionTests
{
    [Fact]
    public async Task A_pause_ends_the_run_at_its_checkpoint()
    {
        var cluster = new FakeTrainingClient();
        using var interruption = new Interruption();
        cluster.OnStart = (job, _) =>
        {
            cluster.Tell(new JobStarted(job.Id, 0, 100, 10, 1));
            interruption.Request();
        };
        cluster.OnPause = c => c.Tell(new JobPaused(new JobId("test"), 37));

        var end = await Run(cluster, new ManualClock(), interruption);

        Assert.Equal(new RunInterrupted(37, InTime: true), end);
    }

    [Fact]
    public async Task A_pause_that_takes_too_long_ends_the_run_at_the_last_checkpoint()
    {
        var cluster = new FakeTrainingClient();
        var clock = new ManualClock();
        using var interruption = new Interruption();
        cluster.OnStart = (job, _) => cluster.Tell(new JobStarted(job.Id, 0, 100, 10, 1), new CheckpointSaved(job.Id, 20));
        var paused = new TaskCompletionSource();
        cluster.OnPause = _ => paused.SetResult();

        var run = Run(cluster, clock, interruption);
        interruption.Request();
        await paused.Task.WaitAsync(TimeSpan.FromSeconds(30));
        clock.Advance(60);

        Assert.Equal(new RunInterrupted(20, InTime: false), await run.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Only_the_first_interruption_asks_for_a_pause()
    {
        using var interruption = new Interruption();
        Assert.True(interruption.Request());
        Assert.False(interruption.Request());
    }

    private static Task<RunEnd> Run(FakeTrainingClient cluster, ManualClock clock, Interruption interruption)
    {
        var given = new GivenSettings();
        var source = JobResolution.SourceOf(given, null);
        var data = DataSets.Load(source);
        var specification = JobResolution.Resolve(given, source.Seed, LoadedData.ShapeOf(data));
        var submission = new JobSubmission(new JobId("test"), specification, new RunOptions(), source, data);
        return new TrainingSession(cluster.Client, FollowedJob.Of(submission), null, RunSettings.From(given, 1), new SilentDisplay(), clock)
            .RunAsync(giveUp => cluster.Client.StartAsync(submission, giveUp), interruption.Requested);
    }

    private sealed class SilentDisplay : IProgressDisplay
    {
        public void Started(RunHeading run) { }

        public void Progressed(RunProgress progress) { }

        public void EpochEnded(EpochRow row) { }

        public void Noticed(string line) { }

        public void Log(string line) { }

        public void Completed(RunReport report) { }

        public void Interrupted(JobId job, long step, string words) { }

        public void Left(JobId job, string words) { }

        public void Failed(JobId job, string message) { }

        public void Dispose() { }
    }
}
