using System.Text.Json;
using Distributed.Console.Terminals;
using Distributed.Console.Tests.Fakes;
using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Models;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Tests.Sessions;

/// <summary>train and resume over a scripted cluster: what is said, in which order, with which exit code.</summary>
public sealed class TrainingRunTests : IDisposable
{
    private readonly TestConsole _console = new();

    [Fact]
    public async Task Json_tells_started_then_epochs_then_completed_and_nothing_else()
    {
        _console.Cluster.OnStart = (job, cluster) =>
        {
            Start(job, cluster);
            _console.Clock.Advance(2);
            cluster.Tell(new JobProgressed(job.Id, 0, 20, 640, 1.5, 0.5, 2));
            EndEpoch(job, cluster, 0, 0.9, 0.8);
            _console.Clock.Advance(2);
            EndEpoch(job, cluster, 1, 0.7, 0.9);
            cluster.Tell(new JobFinished(job.Id, new JobEnded(JobOutcome.Completed, 90, StopReason.Target, null)));
        };

        var code = await _console.RunAsync("train", "--json", "--epochs", "5", "--out", _console.PathOf("out"), "--name", "test");

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal("", _console.Error);
        var lines = Lines();
        Assert.Equal(["started", "epoch", "epoch", "completed"], lines.Select(l => l.GetProperty("event").GetString()));
        var epoch = lines[1];
        Assert.Equal((1, 45L), (epoch.GetProperty("epoch").GetInt32(), epoch.GetProperty("step").GetInt64()));
        Assert.Equal(0.9, epoch.GetProperty("validationLoss").GetDouble());
        Assert.Equal(0.8, epoch.GetProperty("validationAccuracy").GetDouble());
        Assert.True(epoch.GetProperty("samplesPerSecond").GetDouble() >= 0);
        Assert.False(epoch.TryGetProperty("validationMae", out _));
        var completed = lines[^1];
        Assert.Equal("test", completed.GetProperty("job").GetString());
        Assert.Equal((2, 90L, "target"), (completed.GetProperty("epochs").GetInt32(), completed.GetProperty("steps").GetInt64(), completed.GetProperty("reason").GetString()));
        Assert.Equal(0.7, completed.GetProperty("validationLoss").GetDouble());
        Assert.Equal(1, completed.GetProperty("workers").GetInt32());
        Assert.Equal(ParameterHash.Compute(new float[64 * 64 + 64 + 64 * 10 + 10]), completed.GetProperty("weightsSha256").GetString());
        foreach (var member in new[] { "trainLoss", "validationAccuracy", "samplesPerSecond", "seconds" }) Assert.True(completed.TryGetProperty(member, out _), member);
    }

    [Fact]
    public async Task What_was_taken_of_the_data_is_told_in_notes_and_the_job_keeps_the_version_of_its_rules()
    {
        _console.Cluster.OnStart = (job, cluster) =>
        {
            Start(job, cluster);
            EndEpoch(job, cluster, 0, 0.9, 0.8);
            cluster.Tell(new JobFinished(job.Id, new JobEnded(JobOutcome.Completed, 90, StopReason.Epochs, null)));
        };
        var file = _console.Write("data.csv", "a,t\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i * i},{(i % 2 == 0 ? "1" : i % 4 == 1 ? "0" : "0.0")}\n")));
        string[] notes =
        [
            "classification, because the target \"t\" holds 2 different whole numbers (up to 20 are classes); --task regress predicts a number",
            "column \"t\": spellings of one label are one class: \"0\" (also \"0.0\")",
        ];

        Assert.Equal(ExitCode.Done, await _console.RunAsync("train", "--json", "--data", file, "--epochs", "1", "--out", _console.PathOf("out")));

        Assert.Equal(string.Concat(notes.Select(note => note + "\n")), _console.Error.ReplaceLineEndings("\n"));
        Assert.Equal(notes, Lines()[0].GetProperty("notes").EnumerateArray().Select(note => note.GetString()));
        Assert.Equal(DataSettings.NewestRules, _console.Cluster.Submitted!.Source.Rules);
        Assert.Contains($"\"rules\": {DataSettings.NewestRules}", File.ReadAllText(_console.PathOf("out/job.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_finished_job_leaves_last_and_best_models_and_pictures()
    {
        _console.Cluster.OnStart = (job, cluster) =>
        {
            Start(job, cluster);
            EndEpoch(job, cluster, 0, 0.5, 0.9);
            EndEpoch(job, cluster, 1, 0.6, 0.8, isBest: false);
            cluster.Tell(new JobFinished(job.Id, new JobEnded(JobOutcome.Completed, 90, StopReason.Epochs, null)));
        };
        _console.Cluster.Weights = (job, choice) => Filled(job, choice == CheckpointChoice.Best ? 0.01f : 0.02f);

        await _console.RunAsync("train", "--out", _console.PathOf("out"));

        var folder = _console.PathOf("out");
        Assert.Equal(0.02f, TrainedModel.Load(Path.Combine(folder, "last")).Parameters[0]);
        var best = TrainedModel.Load(Path.Combine(folder, "best"));
        Assert.Equal(0.01f, best.Parameters[0]);
        Assert.Equal(1, best.Origin.Epoch);
        foreach (var picture in new[] { "curves.png", "confusion.png" })
            Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(Path.Combine(folder, picture))[..4]);
        Assert.Contains("digits-1 is done: all its epochs are done", _console.Output, StringComparison.Ordinal);
        Assert.True(_console.Cluster.Disposed);
    }

    [Fact]
    public async Task A_failed_job_ends_with_its_reason_and_code_one()
    {
        _console.Cluster.OnStart = (job, cluster) =>
        {
            Start(job, cluster);
            cluster.Tell(new JobFinished(job.Id, new JobEnded(JobOutcome.Failed, 7, null, "the loss is not finite at step 7, shard 0: lower the learning rate")));
        };

        var code = await _console.RunAsync("train", "--json", "--out", _console.PathOf("out"), "--name", "test");

        Assert.Equal(ExitCode.Failed, code);
        var last = Lines()[^1];
        Assert.Equal("failed", last.GetProperty("event").GetString());
        Assert.Equal("the loss is not finite at step 7, shard 0: lower the learning rate", last.GetProperty("message").GetString());
        Assert.Equal("dtrain: test failed: the loss is not finite at step 7, shard 0: lower the learning rate\n", _console.Error);
    }

    [Fact]
    public async Task A_cluster_that_falls_silent_is_a_failure_and_not_a_hang()
    {
        _console.Cluster.OnStart = (job, cluster) =>
        {
            Start(job, cluster);
            cluster.FallSilent();
        };
        Assert.Equal(ExitCode.Failed, await _console.RunAsync("train", "--out", _console.PathOf("out")));
        Assert.Contains("stopped telling", _console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task News_of_an_epoch_that_were_lost_are_told_from_the_store()
    {
        _console.Cluster.OnStart = (job, cluster) =>
        {
            Start(job, cluster);
            cluster.Records.Add(Record(job, [Decided(0, 0.9, 0.8, true), Decided(1, 0.8, 0.85, true), Decided(2, 0.7, 0.9, true)]));
            EndEpoch(job, cluster, 2, 0.7, 0.9);
            cluster.Tell(new JobFinished(job.Id, new JobEnded(JobOutcome.Completed, 135, StopReason.Epochs, null)));
        };
        await _console.RunAsync("train", "--json", "--out", _console.PathOf("out"));
        Assert.Equal([1, 2, 3], Lines().Where(l => l.GetProperty("event").GetString() == "epoch").Select(l => l.GetProperty("epoch").GetInt32()));
    }

    [Fact]
    public async Task An_epoch_that_comes_again_after_a_rewind_is_told_once()
    {
        _console.Cluster.OnStart = (job, cluster) =>
        {
            Start(job, cluster);
            EndEpoch(job, cluster, 0, 0.9, 0.8);
            cluster.Tell(new JobRewound(job.Id, 40, "block 0 started without state"));
            EndEpoch(job, cluster, 0, 0.9, 0.8);
            EndEpoch(job, cluster, 1, 0.8, 0.8);
            cluster.Tell(new JobFinished(job.Id, new JobEnded(JobOutcome.Completed, 90, StopReason.Epochs, null)));
        };
        await _console.RunAsync("train", "--json", "--out", _console.PathOf("out"));
        Assert.Equal(2, Lines().Count(l => l.GetProperty("event").GetString() == "epoch"));
        Assert.Equal("back to the checkpoint at step 40: block 0 started without state\n", _console.Error);
    }

    [Fact]
    public async Task A_job_name_that_is_taken_is_refused()
    {
        _console.Cluster.OnStart = (job, cluster) => { };
        _console.Cluster.Records.Add(SomeRecord("digits-1"));
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("train", "--name", "digits-1"));
        Assert.Contains("has a job digits-1 already; choose another name, or go on with it: dtrain resume digits-1", _console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unnamed_jobs_are_numbered()
    {
        GivenAStore();
        _console.Cluster.Records.Add(SomeRecord("digits-1"));
        _console.Cluster.OnStart = (job, cluster) => cluster.FallSilent();
        await _console.RunAsync("train", "--out", _console.PathOf("out"));
        Assert.Equal("digits-2", _console.Cluster.Submitted!.Id.Value);
    }

    [Fact]
    public async Task Resume_goes_on_with_the_newest_unfinished_job_under_new_run_options()
    {
        GivenAStore();
        var done = SomeRecord("digits-3") with { End = new JobEnded(JobOutcome.Completed, 90, StopReason.Epochs, null) };
        _console.Cluster.Records.AddRange([done, SomeRecord("digits-2", [Decided(0, 0.9, 0.8, true)]), SomeRecord("digits-1")]);
        _console.Cluster.OnStart = (job, cluster) =>
        {
            cluster.Tell(new JobStarted(job.Id, 50, 1350, 45, 3));
            EndEpoch(job, cluster, 1, 0.7, 0.9);
            cluster.Tell(new JobFinished(job.Id, new JobEnded(JobOutcome.Completed, 90, StopReason.Epochs, null)));
        };

        var code = await _console.RunAsync("resume", "--json", "--workers", "3", "--blocks", "4", "--out", _console.PathOf("out"));

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal("digits-2", _console.Cluster.Submitted!.Id.Value);
        Assert.Equal(4, _console.Cluster.Submitted.Options.Blocks);
        Assert.Equal(3, _console.Started.Single().Workers);
        var lines = Lines();
        Assert.Equal(50, lines[0].GetProperty("fromStep").GetInt64());
        Assert.Equal([2], lines.Where(l => l.GetProperty("event").GetString() == "epoch").Select(l => l.GetProperty("epoch").GetInt32()));
        Assert.Equal(2, lines[^1].GetProperty("epochs").GetInt32());
    }

    [Fact]
    public async Task Resume_refuses_samples_that_have_changed()
    {
        GivenAStore();
        var record = SomeRecord("digits-1");
        _console.Cluster.Records.Add(record with { Specification = record.Specification with { Data = record.Specification.Data with { Sha256 = new string('0', 64) } } });
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("resume", "digits-1"));
        Assert.Contains("are others than when it began", _console.Error, StringComparison.Ordinal);
        Assert.Null(_console.Cluster.Submitted);
    }

    [Fact]
    public async Task Resume_says_when_the_samples_have_vanished()
    {
        GivenAStore();
        var record = SomeRecord("csv-1");
        _console.Cluster.Records.Add(record with { Source = record.Source with { Source = _console.PathOf("gone.csv") } });
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("resume"));
        Assert.Contains("dtrain: the samples of csv-1 cannot be read again: ", _console.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_names_the_nearest_job()
    {
        GivenAStore();
        _console.Cluster.Records.Add(SomeRecord("digits-1"));
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("resume", "digist-1"));
        Assert.Equal($"dtrain: there is no job 'digist-1' in {_console.Store} ('dtrain jobs' lists them); did you mean 'digits-1'?\n", _console.Error);
    }

    [Fact]
    public async Task A_new_job_takes_samples_network_and_weights_of_another()
    {
        GivenAStore();
        var record = SomeRecord("digits-1", [Decided(0, 0.9, 0.8, true)], "--hidden", "32");
        _console.Cluster.Records.Add(record with { LastCheckpoint = 45 });
        _console.Cluster.OnStart = (job, cluster) => cluster.FallSilent();

        await _console.RunAsync("train", "--from", "digits-1", "--epochs", "3", "--out", _console.PathOf("out"));

        var submitted = _console.Cluster.Submitted!;
        Assert.Equal([32], submitted.Specification.Network.Hidden);
        Assert.Equal(3, submitted.Specification.Epochs);
        Assert.Equal("job digits-1, step 45", submitted.Specification.Initial!.Origin);
        Assert.Equal(ParameterHash.Compute(submitted.InitialParameters), submitted.Specification.Initial.WeightsSha256);
    }

    [Fact]
    public async Task Weights_of_another_layout_are_refused()
    {
        GivenAStore();
        _console.Cluster.Records.Add(SomeRecord("digits-1") with { LastCheckpoint = 45 });
        Assert.Equal(ExitCode.BadUsage, await _console.RunAsync("train", "--from", "digits-1", "--hidden", "48"));
        Assert.Equal("dtrain: --from: digits-1 has layers of 64 → 64 → 10, this job 64 → 48 → 10; the layers must be equal\n", _console.Error);
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first()
    {
        GivenAStore();
        _console.Cluster.Records.AddRange([SomeRecord("digits-2"), SomeRecord("digits-1", [Decided(0, 0.9, 0.8, true)])]);
        Assert.Equal(ExitCode.Done, await _console.RunAsync("jobs"));
        var lines = _console.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("digits-2  unfinished       0/50", lines[1], StringComparison.Ordinal);
        Assert.Contains("80.00 %", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_not_there_holds_no_jobs_and_is_not_made()
    {
        Assert.Equal(ExitCode.Done, await _console.RunAsync("jobs"));
        Assert.StartsWith("no jobs in ", _console.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(_console.Store));
        Assert.Empty(_console.Started);
    }

    public void Dispose() => _console.Dispose();

    private static void Start(JobSubmission job, FakeTrainingClient cluster) => cluster.Tell(new JobStarted(job.Id, 0, 45L * job.Specification.Epochs, 45, 2));

    private static void EndEpoch(JobSubmission job, FakeTrainingClient cluster, int epoch, double loss, double accuracy, bool isBest = true) =>
        cluster.Tell(new EpochEnded(job.Id, 45 * (epoch + 1), Decided(epoch, loss, accuracy, isBest)));

    private static EpochDecided Decided(int epoch, double loss, double accuracy, bool isBest) => new(epoch, isBest, null, new EpochMetrics
    {
        TrainLoss = loss + 0.1,
        TrainAccuracy = accuracy - 0.05,
        ValidationLoss = loss,
        ValidationAccuracy = accuracy,
    });

    private static JobRecord Record(JobSubmission job, EpochDecided[] epochs) =>
        new(job.Id, DateTimeOffset.UnixEpoch, job.Specification, job.Options, job.Source, epochs, null, null, null);

    private static JobRecord SomeRecord(string name, EpochDecided[]? epochs = null, params string[] flags)
    {
        var given = new GivenSettings();
        for (var i = 0; i < flags.Length; i += 2) given.Give(Settings.All.Single(setting => setting.Flag == flags[i]), flags[i + 1]);
        var source = JobResolution.SourceOf(given, null);
        var data = DataSets.Load(source);
        var specification = JobResolution.Resolve(given, source.Seed, LoadedData.ShapeOf(data));
        return new JobRecord(new JobId(name), DateTimeOffset.UnixEpoch, specification, new RunOptions(), source, epochs ?? [], null, null, null);
    }

    private static float[] Filled(JobSpecification job, float value)
    {
        var weights = new float[new ParameterLayout(job.Network).Count];
        Array.Fill(weights, value);
        return weights;
    }

    private void GivenAStore() => _console.Write("data/dtrain/store.db", "");

    private JsonElement[] Lines() =>
        [.. _console.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}
