using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Data.Sets;
using Distributed.Jobs.Checks;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Models;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Replay;

namespace Distributed.Benchmarks;

/// <summary>A job as <c>dtrain train</c> would run it on a table, without a cluster: the weights are the same.</summary>
internal static class RankedJob
{
    private const double LeastProbability = 1e-15; // as scikit-learn's log_loss clips

    /// <summary>Trains on one table, takes the best epoch's weights, and measures them on another table.</summary>
    /// <param name="given">The settings that are no defaults.</param>
    /// <param name="folder">Holds train.csv and test.csv.</param>
    /// <returns>By measure: accuracy, logloss, and calibrated (the log loss after --calibrate), or r2; and seconds.</returns>
    public static Dictionary<string, double> Run(GivenSettings given, string folder)
    {
        var began = TimeProvider.System.GetTimestamp();
        var own = new GivenSettings();
        own.Give(Settings.Data, Path.Combine(folder, "train.csv"));
        var source = JobResolution.SourceOf(own.Over(given), null);
        var data = DataSets.Load(source);
        var (network, weights) = Train(given, source, data);
        var model = new TrainedModel(network, data.Encoding, weights);
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        var measures = Measure(model, Path.Combine(folder, "test.csv"));
        if (network.IsClassification && data.Validation is { } heldOut)
            measures["calibrated"] = Measure(model.Calibrated(heldOut), Path.Combine(folder, "test.csv"))["logloss"];
        measures["seconds"] = seconds;
        return measures;
    }

    private static (NetworkSpecification Network, float[] Weights) Train(GivenSettings given, DataSettings source, EncodedDataSet data)
    {
        var specification = JobResolution.Resolve(given, source.Seed, LoadedData.ShapeOf(data));
        var plan = new EpochPlan(specification);
        var replay = new JobReplay(specification, data);
        float[]? best = null;
        var (bestLoss, since) = (double.PositiveInfinity, 0);
        for (var epoch = 0; epoch < specification.Epochs; epoch++)
        {
            replay.RunTo(plan.BoundaryAfter(epoch));
            if (data.Validation is null)
            {
                best = replay.Weights;
                continue;
            }

            var loss = Evaluation.Of(specification.Network, replay.Weights, data.Validation, data.Encoding.Target.Classes).Metrics.MeanLoss;
            since = loss < bestLoss ? 0 : since + 1;
            if (loss < bestLoss) (bestLoss, best) = (loss, [.. replay.Weights]);
            if (since >= specification.Stop.Patience) break;
        }

        return (specification.Network, best ?? replay.Weights);
    }

    private static Dictionary<string, double> Measure(TrainedModel model, string test)
    {
        var samples = DataSets.LoadSamples(test, model.Encoding);
        if (!samples.IsClassification) return new() { ["r2"] = model.Evaluate(samples).RSquared ?? double.NaN };
        var labels = new int[samples.Rows];
        samples.Gather([.. Enumerable.Range(0, samples.Rows)], new float[samples.Rows * samples.Inputs], labels, []);
        var answers = model.PredictFile(test);
        var (right, loss) = (0, 0.0);
        for (var row = 0; row < labels.Length; row++)
        {
            right += answers[row].Class == model.Encoding.Target.Classes[labels[row]] ? 1 : 0;
            loss -= Math.Log(Math.Max(LeastProbability, answers[row].Probabilities[labels[row]]));
        }

        return new() { ["accuracy"] = (double)right / labels.Length, ["logloss"] = loss / labels.Length };
    }
}
