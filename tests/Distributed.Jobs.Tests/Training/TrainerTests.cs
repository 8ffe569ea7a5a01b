using System.Globalization;
using Distributed.Cluster;
using Distributed.Data;
using Distributed.Data.Encodings;
using Distributed.Data.Sets;
using Distributed.Jobs.Submission;
using Distributed.Jobs.Training;
using Distributed.Learning.Networks;
using Distributed.Models;
using Distributed.Models.Export;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("distributed-trainer-").FullName;

    private static TrainingSettings Settings => new() { Data = TrainingData.FromRows(Purchases.Rows), Epochs = 4, Hidden = [8], Seed = 3 };

    private string Store => Path.Combine(_folder, "store.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Objects_and_a_file_with_the_same_values_end_with_one_hash_in_every_culture()
    {
        var file = await Trainer.TrainAsync(new TrainingSettings
        {
            Data = TrainingData.FromFile(Purchases.WriteCsv(_folder)),
            Ignore = ["Id"],
            Text = ["Branch"],
            Epochs = 4,
            Hidden = [8],
            Seed = 3,
        });
        var culture = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (comma.NumberFormat.NumberDecimalSeparator, comma.NumberFormat.NumberGroupSeparator) = (",", ".");
        try
        {
            CultureInfo.CurrentCulture = comma;
            var objects = await Trainer.TrainAsync(Settings with { Workers = 3, Blocks = 2, LearningRate = 0.003 });
            Assert.Equal(file.WeightsSha256, objects.WeightsSha256);
            Assert.Equal(file.History, objects.History);
            Assert.Equal(4, objects.History.Count);
            Assert.Equal(StopReason.Epochs, objects.Reason);
            var row = Purchases.Rows[7];
            Assert.Equal(file.Best.PredictFile(Path.Combine(_folder, "purchases.csv"))[7].Probabilities, objects.Best.Predict(row).Probabilities);
            Assert.Equal(objects.Best.Predict(row).Class, objects.Best.PredictAll(Purchases.Rows)[7].Class);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public async Task Arrays_of_numbers_learn_values_and_are_asked_with_arrays()
    {
        var inputs = new float[120, 3];
        var values = new float[120];
        for (var i = 0; i < 120; i++)
        {
            (inputs[i, 0], inputs[i, 1], inputs[i, 2]) = (i % 11, 4, i * 0.1f);
            values[i] = 3 * inputs[i, 0] - inputs[i, 2];
        }
        var result = await Trainer.TrainAsync(new TrainingSettings { Data = TrainingData.FromArrays(inputs, values), Epochs = 60, LearningRate = 0.02 });

        Assert.True(result.Metrics.RSquared > 0.9, $"R² {result.Metrics.RSquared}");
        Assert.Contains("\"x1\"", Assert.Single(result.Notes), StringComparison.Ordinal); // the same in all rows: left out
        Assert.InRange(result.Best.Predict(5, 4, 2).Value!.Value, 8, 18);
        Assert.Throws<DataException>(() => result.Best.Predict(5, 4));
    }

    [Fact]
    public async Task Models_are_saved_loaded_and_exported()
    {
        var result = await Trainer.TrainAsync(Settings with { Epochs = 2 });

        result.Save(_folder);
        ModelExport.Write(result.Best, ModelFormat.Onnx, Path.Combine(_folder, "model.onnx"));

        Assert.Equal(result.WeightsSha256, ParameterHash.Compute(TrainedModel.Load(Path.Combine(_folder, "last")).Parameters));
        Assert.Equal(result.Best.Predict(Purchases.Rows[0]).Probabilities, TrainedModel.Load(_folder).Predict(Purchases.Rows[0]).Probabilities);
        Assert.True(new FileInfo(Path.Combine(_folder, "model.onnx")).Length > 100);
    }

    [Fact]
    public async Task A_calibrated_training_ends_with_the_same_weights_and_a_resume_may_ask_for_it()
    {
        var settings = new TrainingSettings { Data = TrainingData.FromRows(Purchases.Rows), Epochs = 12, LearningRate = 0.05, WeightDecay = 0, Dropout = 0, Store = Path.Combine(_folder, "calibrated.db"), Name = "plain" };
        var plain = await Trainer.TrainAsync(settings);
        var calibrated = await Trainer.TrainAsync(settings with { Name = "calibrated", Calibrate = true });
        Assert.Equal(plain.WeightsSha256, calibrated.WeightsSha256);
        Assert.Null(plain.Best.Calibration);
        Assert.Null(plain.Metrics.Uncalibrated);
        Assert.Equal(48, calibrated.Best.Calibration!.Samples);
        Assert.Equal(plain.Metrics.Probabilities!.LogLoss, calibrated.Metrics.Uncalibrated!.LogLoss);
        Assert.True(calibrated.Metrics.Probabilities!.LogLoss < plain.Metrics.Probabilities.LogLoss);

        var again = await Trainer.ResumeAsync(new ResumeSettings { Store = settings.Store, Job = "calibrated" });
        Assert.Equal(calibrated.Best.Calibration, again.Best.Calibration);
    }

    [Fact]
    public async Task Progress_tells_each_epoch_once_in_order()
    {
        var told = new List<TrainingProgress>();
        var result = await Trainer.TrainAsync(Settings, TrainingProgress.Tell(told.Add));

        Assert.Equal(result.History, told.Select(report => report.Ended).OfType<TrainingEpoch>());
        Assert.Equal([1, 2, 3, 4], result.History.Select(epoch => epoch.Number));
        Assert.Equal((0, 4), (told[0].Step, told[0].Epochs));
        Assert.Equal(result.Steps, told[^1].Step);
        Assert.Equal("purchase-1", result.Job);
    }

    [Fact]
    public async Task A_cancelled_training_goes_on_with_rows_that_were_in_memory_and_ends_with_the_same_weights()
    {
        var undisturbed = await Trainer.TrainAsync(Settings with { Epochs = 60 });
        using var cancel = new CancellationTokenSource();
        var interrupted = await Assert.ThrowsAsync<TrainingInterruptedException>(() => Trainer.TrainAsync(
            Settings with { Epochs = 60, Store = Store, Name = "mine" }, TrainingProgress.Tell(report => CancelAt(report, 3, cancel)), cancel.Token));

        Assert.Equal(("mine", Store), (interrupted.Job, interrupted.Store));
        Assert.True(interrupted.Step > 0);
        Assert.Null(Assert.Single(await Trainer.ListJobsAsync(Store)).End);

        var told = new List<TrainingProgress>();
        var result = await Trainer.ResumeAsync(new ResumeSettings { Store = Store, Workers = 3 }, TrainingProgress.Tell(told.Add));

        Assert.Equal(undisturbed.WeightsSha256, result.WeightsSha256);
        Assert.Equal(undisturbed.History, result.History);
        Assert.True(told[0].Step > 0, "it began again");
        Assert.Equal(result.WeightsSha256, (await Trainer.ResumeAsync(new ResumeSettings { Store = Store, Job = "mine" })).WeightsSha256); // of a job that has ended
    }

    [Fact]
    public async Task A_training_that_is_stopped_early_keeps_the_best()
    {
        using var stop = new CancellationTokenSource();
        var result = await Trainer.TrainAsync(Settings with { Epochs = 100_000, StopEarly = stop.Token }, TrainingProgress.Tell(report => CancelAt(report, 5, stop)));

        Assert.Equal(StopReason.Cancelled, result.Reason);
        Assert.True(result.History.Count >= 5);
        var best = result.History.Last(epoch => epoch.IsBest);
        Assert.Equal(best.Number, result.Best.Origin.Epoch ?? best.Number);
    }

    [Fact]
    public async Task Trainings_at_a_time_share_a_store_that_they_name_and_leave_a_private_one_alone()
    {
        var alone = Trainer.TrainAsync(Settings);
        var first = Trainer.TrainAsync(Settings with { Store = Store });
        var second = Trainer.TrainAsync(Settings with { Store = Store, Seed = 4 });
        var results = await Task.WhenAll(alone, first, second);

        Assert.Equal(results[0].WeightsSha256, results[1].WeightsSha256);
        Assert.NotEqual(results[0].WeightsSha256, results[2].WeightsSha256);
        Assert.Equal(["purchase-1", "purchase-2"], new[] { results[1].Job, results[2].Job }.Order());
        Assert.Equal(2, (await Trainer.ListJobsAsync(Store)).Count);
        Assert.Single(Directory.GetFiles(Store + ".rows", "*.csv", SearchOption.AllDirectories)); // the same rows once
    }

    [Fact]
    public async Task An_exception_of_the_program_comes_out_and_leaves_a_job_that_can_be_resumed()
    {
        var thrown = new InvalidOperationException("the program's own");
        var caught = await Assert.ThrowsAsync<InvalidOperationException>(() => Trainer.TrainAsync(
            Settings with { Epochs = 40, Store = Store }, TrainingProgress.Tell(report => { if (report.Ended?.Number == 2) throw thrown; })));

        Assert.Same(thrown, caught);
        Assert.Equal(40, (await Trainer.ResumeAsync(new ResumeSettings { Store = Store })).History.Count);
    }

    [Fact]
    public async Task Errors_name_the_property_the_row_and_the_store()
    {
        await AssertSettingAsync("LearningRate", "LearningRate: 1001 is out of range: must be above 0 and at most 1000", Settings with { LearningRate = 1001 });
        await AssertSettingAsync("Momentum", "Momentum belongs to Optimizer momentum or nesterov", Settings with { Momentum = 0.5 });
        await AssertSettingAsync("MinWorkers", "MinWorkers is 3, and this process has 2 workers: it would wait for ever; give Workers 3 too", Settings with { MinWorkers = 3, Workers = 2 });
        await AssertSettingAsync("From", "From needs a store: Store names the file", Settings with { From = "other-1" });
        await AssertSettingAsync(
            "Validation", "Validation: the data has validation rows already; give one of the two",
            Settings with { Data = TrainingData.FromRows(Purchases.Rows).WithValidation(TrainingData.FromRows(Purchases.Rows)), Validation = 0.1 });
        var bad = Purchases.Rows.Select((row, i) => i == 41 ? row with { Town = "Bo\0nn" } : row);
        var unusable = await Assert.ThrowsAsync<DataException>(() => Trainer.TrainAsync(Settings with { Data = TrainingData.FromRows(bad) }));
        Assert.StartsWith("Purchase, line 42, column \"Town\": the cell holds a zero byte: this is not text", unusable.Message, StringComparison.Ordinal);
        File.WriteAllText(Store, "no database");
        var refused = await Assert.ThrowsAsync<TrainingException>(() => Trainer.TrainAsync(Settings with { Store = Store }));
        Assert.Equal($"the store {Store} is not a SQLite database: name another file with Store, or move this one away", refused.Message);
    }

    [Fact]
    public void Rows_in_memory_become_the_samples_of_their_csv_file()
    {
        var settings = new DataSettings { Source = Purchases.WriteCsv(_folder), Rules = DataSettings.NewestRules, Seed = 9, Ignore = ["Id"], Text = ["Branch"], Target = "Buys" };
        var table = Data.Rows.MemoryTable.FromRows(Purchases.Rows);
        var copy = Path.Combine(_folder, "copy.csv");
        using (var file = File.Create(copy)) table.WriteCsv(file);

        var hash = DataSets.Load(settings).Sha256;
        Assert.Equal(hash, DataSets.Load(settings with { Ignore = [] }, table).Sha256);
        Assert.Equal(hash, DataSets.Load(settings with { Source = copy, Ignore = [] }).Sha256);
    }

    private static async Task AssertSettingAsync(string property, string message, TrainingSettings settings)
    {
        var error = await Assert.ThrowsAsync<TrainingSettingException>(() => Trainer.TrainAsync(settings));
        Assert.Equal((property, message), (error.Property, error.Message));
        Assert.IsAssignableFrom<UsageException>(error);
    }

    private static void CancelAt(TrainingProgress report, int epoch, CancellationTokenSource source)
    {
        if (report.Ended?.Number == epoch) source.Cancel();
    }
}
