using Distributed.Data.Encodings;
using Distributed.Jobs.Results;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Learning.Optimization;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;
using Distributed.Tensors.Elements;

namespace Distributed.Jobs.Tests.Submission;

public sealed class JobResolutionTests
{
    private static readonly DataShape Digits = new(true, 64, 10, 1438, 359, new string('a', 64), [.. "0123456789".Select(c => c.ToString())], () => [.. Enumerable.Repeat(143L, 10)]) { IsTable = false };
    private static readonly DataShape Diabetes = new(false, 10, 1, 354, 88, new string('b', 64), [], () => []);

    [Fact]
    public void Nothing_given_is_a_small_classifier()
    {
        var job = Resolve(Digits);
        Assert.Equal([64], job.Network.Hidden);
        Assert.Equal(Activation.Relu, job.Network.Activation);
        Assert.Equal(Initialization.He, job.Network.Initialization);
        Assert.Equal((64, 10, OutputKind.Softmax, LossKind.CrossEntropy), (job.Network.Inputs, job.Network.Outputs, job.Network.Output, job.Network.Loss));
        Assert.Equal((OptimizerKind.Adam, 0.003), (job.Optimizer.Kind, job.Optimizer.LearningRate));
        Assert.Equal((50, 32, 1UL), (job.Epochs, job.BatchSize, job.Seed));
        Assert.Equal(ScheduleKind.Constant, job.Schedule.Kind);
        Assert.Equal(new string('a', 64), job.Data.Sha256);
        Assert.Null(job.Validate());
    }

    [Fact]
    public void Nothing_given_on_values_is_a_regression()
    {
        var job = Resolve(Diabetes);
        Assert.Equal((OutputKind.Linear, LossKind.SquaredError, 1), (job.Network.Output, job.Network.Loss, job.Network.Outputs));
        Assert.Equal(200, job.Epochs);
    }

    [Theory]
    [InlineData(90, 32, 200)]
    [InlineData(5_120, 32, 200)]
    [InlineData(5_121, 32, 198)]
    [InlineData(10_000, 32, 102)]
    [InlineData(20_481, 64, 99)]
    [InlineData(81_920, 128, 50)]
    [InlineData(10_000_000, 128, 10)]
    public void Defaults_of_a_table_are_those_that_the_ranks_were_measured_with(int samples, int batch, int epochs)
    {
        var job = Resolve(Diabetes with { Training = samples });
        Assert.Equal([128], job.Network.Hidden);
        Assert.Equal((0.1, 0.001, 0.003), (job.Network.Dropout, job.Optimizer.WeightDecay, job.Optimizer.LearningRate));
        Assert.Equal((batch, epochs, (int?)40), (job.BatchSize, job.Epochs, job.Stop.Patience));
        Assert.Equal(samples < 10_000 ? ScheduleKind.Constant : ScheduleKind.Cosine, job.Schedule.Kind);
    }

    [Fact]
    public void Given_epochs_are_made_and_a_given_network_is_trained_whole()
    {
        Assert.Null(Resolve(Diabetes, "epochs=300").Stop.Patience);
        Assert.Equal(7, Resolve(Diabetes, "epochs=300", "patience=7").Stop.Patience);
        Assert.Null(Resolve(Diabetes with { Validation = 0 }).Stop.Patience);
        Assert.Equal(0, Resolve(Diabetes, "hidden=8").Network.Dropout);
        Assert.Equal(0, Resolve(Diabetes, "optimizer=sgd").Optimizer.WeightDecay);
    }

    [Theory]
    [InlineData(999, 64, 32, 100)]
    [InlineData(1_000, 64, 32, 50)]
    [InlineData(9_999, 64, 32, 50)]
    [InlineData(10_000, 128, 32, 50)]
    [InlineData(20_480, 128, 32, 50)]
    [InlineData(20_481, 128, 64, 50)]
    [InlineData(40_961, 128, 128, 50)]
    [InlineData(60_000, 128, 128, 50)]
    [InlineData(81_920, 128, 128, 50)]
    [InlineData(81_921, 128, 128, 49)]
    [InlineData(200_000, 128, 128, 20)]
    [InlineData(10_000_000, 128, 128, 10)]
    [InlineData(int.MaxValue, 128, 128, 10)]
    public void Defaults_follow_the_number_of_training_samples(int samples, int hidden, int batch, int epochs)
    {
        var job = Resolve(Digits with { Training = samples, Validation = 100 });
        Assert.Equal([hidden], job.Network.Hidden);
        Assert.Equal((batch, epochs, 0.003), (job.BatchSize, job.Epochs, job.Optimizer.LearningRate));
        Assert.Equal(samples < 10_000 ? ScheduleKind.Constant : ScheduleKind.Cosine, job.Schedule.Kind);
    }

    [Fact]
    public void No_default_takes_more_than_a_bounded_number_of_steps_or_ten_epochs()
    {
        for (var samples = 1; samples < 3_000_000; samples += 1 + samples / 50)
        {
            var job = Resolve(Digits with { Training = samples, Validation = 100 });
            var steps = new EpochPlan(job).TotalSteps;
            Assert.True(steps <= 32_000 || job.Epochs == 10, $"{samples} samples: {steps} steps in {job.Epochs} epochs");
        }
    }

    [Fact]
    public void A_job_that_begins_from_an_old_one_reads_its_samples_by_the_rules_of_that_one()
    {
        var given = new GivenSettings();
        var old = new JobRecord(
            new JobId("old"), DateTimeOffset.UnixEpoch, Resolve(Digits), new RunOptions(), new DataSettings { Source = "old.csv" }, [], null, null, null);

        Assert.Equal(DataSettings.NewestRules, JobResolution.SourceOf(given, null).Rules);
        Assert.Null(JobResolution.SourceOf(given, old).Rules);
        given.Give(Settings.Data, "new.csv");
        Assert.Equal(DataSettings.NewestRules, JobResolution.SourceOf(given, old).Rules);
    }

    [Fact]
    public void A_column_that_splits_reaches_the_source_and_a_job_that_begins_from_another_keeps_its()
    {
        var given = new GivenSettings();
        var old = new JobRecord(
            new JobId("old"), DateTimeOffset.UnixEpoch, Resolve(Digits), new RunOptions(), new DataSettings { Source = "old.csv", Rules = 3, Group = "patient" }, [], null, null, null);
        Assert.Equal(("patient", null), (JobResolution.SourceOf(given, old).Group, JobResolution.SourceOf(given, old).Order));
        given.Give(Settings.Weight, "share");
        Assert.Equal(("share", "share"), (JobResolution.SourceOf(given, null).Weight, JobResolution.SourceOf(given, old).Weight));
        given.Give(Settings.Order, "day");
        Assert.Equal((null, "day"), (JobResolution.SourceOf(given, old).Group, JobResolution.SourceOf(given, old).Order));
        Assert.Throws<SettingException>(() => JobResolution.SourceOf(given, old with { Source = old.Source with { Rules = 2 } }));
    }

    [Theory]
    [InlineData("calibrate needs a classifier: a regression has no probabilities", false, "calibrate=true")]
    [InlineData("calibrate needs a classifier: a regression has no probabilities", true, "calibrate=true", "task=regress")]
    [InlineData("calibrate needs a validation set: give validation a share above 0 or a file", true, "calibrate=true", "validation=0")]
    public void A_calibration_needs_classes_and_samples_held_back(string sentence, bool classes, params string[] given) =>
        Assert.Equal(sentence, Assert.Throws<SettingException>(() => Resolve(classes ? Digits : Diabetes, given)).Message);

    [Theory]
    [InlineData("order and group both say which rows are held back", "group=a", "order=b")]
    [InlineData("group splits a table by a share, and validation is 0", "group=a", "validation=0")]
    [InlineData("order splits a table by a share, and validation is new.csv", "order=a", "validation=new.csv")]
    public void A_column_that_would_split_nothing_is_refused(string sentence, params string[] given)
    {
        var words = Assert.Throws<SettingException>(() => Resolve(Diabetes, given)).Message;
        Assert.StartsWith(sentence.Replace("order and group", "group and order", StringComparison.Ordinal), words, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_given_setting_arrives()
    {
        var job = Resolve(
            Digits, "hidden=64,32", "activation=tanh", "dropout=0.25", "label-smoothing=0.1", "optimizer=nesterov", "learning-rate=0.02",
            "momentum=0.8", "weight-decay=0.001", "clip=1", "schedule=step", "step-epochs=4", "step-factor=0.5", "minimum-learning-rate=1e-5",
            "warmup=7", "epochs=9", "batch=50", "shard=7", "seed=18446744073709551615", "target-accuracy=0.9", "target-loss=-1", "patience=3", "gradient-format=bfloat16");
        Assert.Equal([64, 32], job.Network.Hidden);
        Assert.Equal((Activation.Tanh, Initialization.Xavier, 0.25, 0.1), (job.Network.Activation, job.Network.Initialization, job.Network.Dropout, job.Network.LabelSmoothing));
        Assert.Equal(
            (OptimizerKind.Nesterov, 0.02, 0.8, 0.001, (double?)1),
            (job.Optimizer.Kind, job.Optimizer.LearningRate, job.Optimizer.Momentum, job.Optimizer.WeightDecay, job.Optimizer.GradientClip));
        Assert.Equal(
            (ScheduleKind.Step, 4, 0.5, 1e-5, 7L),
            (job.Schedule.Kind, job.Schedule.StepEpochs, job.Schedule.StepFactor, job.Schedule.MinimumLearningRate, job.Schedule.WarmupSteps));
        Assert.Equal(GradientFormat.BFloat16, job.GradientFormat);
        Assert.Equal((9, 50, 7, ulong.MaxValue), (job.Epochs, job.BatchSize, job.ShardSize, job.Seed));
        Assert.Equal(((double?)0.9, (double?)-1, (int?)3), (job.Stop.TargetAccuracy, job.Stop.TargetLoss, job.Stop.Patience));
    }

    [Fact]
    public void Equal_commands_on_equal_data_give_equal_jobs() =>
        Assert.Equal(Resolve(Digits, "hidden=8", "class-weights=balanced"), Resolve(Digits, "hidden=8", "class-weights=balanced"));

    [Fact]
    public void Run_settings_reach_no_specification() =>
        Assert.Equal(Resolve(Digits), Resolve(Digits, "workers=5", "blocks=4", "threads=3", "snapshot-every=7", "audit-share=0.5", "calibrate=true", "store=x", "out=y"));

    [Fact]
    public void Balanced_class_weights_have_the_mean_one_over_the_samples()
    {
        var shape = Digits with { Training = 100, Outputs = 2, Labels = ["no", "yes"], CountLabels = () => [80, 20] };
        var weights = Resolve(shape, "class-weights=balanced").Network.ClassWeights!;
        Assert.Equal([0.625, 2.5], weights);
        Assert.Equal(100, 80 * weights[0] + 20 * weights[1]);
    }

    [Fact]
    public void Named_class_weights_leave_the_others_at_one()
    {
        var shape = Digits with { Outputs = 3, Labels = ["a", "b=c", "d"] };
        Assert.Equal([1, 2.5, 1], Resolve(shape, "class-weights=b=c=2.5").Network.ClassWeights!);
    }

    [Fact]
    public void No_hidden_layer_can_be_asked_for() => Assert.Empty(Resolve(Digits, "hidden=none").Network.Hidden);

    private static JobSpecification Resolve(DataShape data, params string[] given)
    {
        var settings = new GivenSettings();
        foreach (var parts in given.Select(pair => pair.Split('=', 2))) settings.Give(Settings.All.Single(setting => setting.Name == parts[0]), parts[1]);
        JobResolution.Check(settings);
        return JobResolution.Resolve(settings, JobResolution.SourceOf(settings, null).Seed, data);
    }
}
