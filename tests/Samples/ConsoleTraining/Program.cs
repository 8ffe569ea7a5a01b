using Distributed.Data.Rows;
using Distributed.Jobs.Submission;
using Distributed.Jobs.Training;
using Distributed.Models;

// Learns the prices of houses. Ctrl-C pauses; the next run goes on from there, also after kill -9.
const string Store = "houses.db";
var houses = Enumerable.Range(0, 2000).Select(i => (Area: 40 + i % 160, Rooms: 1 + i % 7, Town: i % 3 == 0 ? "Ulm" : "Ems")).Select(house =>
    new House(house.Area, house.Rooms, house.Town, Guid.NewGuid(), house.Area * (house.Town == "Ulm" ? 4000 : 2500) + house.Rooms * 9000));
var settings = new TrainingSettings { Data = TrainingData.FromRows(houses), Epochs = 150, Store = Store, SnapshotEvery = SnapshotRule.AtEpochs };
var progress = TrainingProgress.Tell(now => Console.Write(
    now.Ended is { } epoch ? $"epoch {epoch.Number} of {now.Epochs}: {epoch.ValidationError:0}{(epoch.IsBest ? ", best" : "")}\n" : ""));
using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; interrupted.Cancel(); };
try
{
    var result = (await Trainer.ListJobsAsync(Store)).Any(job => job.End is null)
        ? await Trainer.ResumeAsync(new ResumeSettings { Store = Store }, progress, interrupted.Token)
        : await Trainer.TrainAsync(settings, progress, interrupted.Token);
    result.Save("houses");
    Console.WriteLine($"weights {result.WeightsSha256}, R² {result.Metrics.RSquared:0.000}");
    Console.WriteLine($"an answer: {TrainedModel.Load("houses").Predict(new { Area = 120.0, Rooms = 4, Town = "Ulm" }).Value:0}");
}
catch (TrainingInterruptedException e)
{
    Console.WriteLine(e.Message);
    Environment.ExitCode = 130;
}

internal sealed record House(double Area, int Rooms, string Town, [property: Ignore] Guid Id, [property: Target] double Price);
