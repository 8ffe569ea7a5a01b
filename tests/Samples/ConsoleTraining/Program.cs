using Distributed.Data.Rows;
using Distributed.Jobs.Submission;
using Distributed.Jobs.Training;
using Distributed.Models;

// Learns the prices of houses. Ctrl-C pauses; the next run goes on from there, also after kill -9.
const string Store = "houses.db";
var random = new Random(1);
var houses = Enumerable.Range(0, 2000).Select(_ => House.Any(random)).ToList();
var settings = new TrainingSettings { Data = TrainingData.FromRows(houses), Epochs = 150, Store = Store, SnapshotEvery = SnapshotRule.AtEpochs };

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) => { pressed.Cancel = true; interrupted.Cancel(); };
try
{
    var isUnfinished = (await Trainer.ListJobsAsync(Store)).Any(job => job.End is null);
    var result = isUnfinished
        ? await Trainer.ResumeAsync(new ResumeSettings { Store = Store }, new Lines(), interrupted.Token)
        : await Trainer.TrainAsync(settings, new Lines(), interrupted.Token);
    result.Save("houses");
    Console.WriteLine($"weights {result.WeightsSha256}, R² {result.Metrics.RSquared:0.000}");
    Console.WriteLine($"an answer: {TrainedModel.Load("houses").Predict(new { Area = 120.0, Rooms = 4, Town = "Ulm" }).Value:0}");
    return 0;
}
catch (TrainingInterruptedException e)
{
    Console.WriteLine(e.Message);
    return 130;
}

internal sealed record House(double Area, int Rooms, string Town, [property: Ignore] Guid Id, [property: Target] double Price)
{
    public static House Any(Random random)
    {
        var (area, rooms, isUlm) = (40 + random.NextDouble() * 160, random.Next(1, 8), random.Next(2) == 0);
        return new House(area, rooms, isUlm ? "Ulm" : "Ems", Guid.NewGuid(), area * (isUlm ? 4000 : 2500) + rooms * 9000);
    }
}

internal sealed class Lines : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        if (value.Ended is { } epoch) Console.WriteLine($"epoch {epoch.Number} of {value.Epochs}: {epoch.ValidationError:0}{(epoch.IsBest ? ", best" : "")}");
    }
}
