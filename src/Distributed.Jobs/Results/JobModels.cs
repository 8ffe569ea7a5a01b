using Distributed.Data.Encodings;
using Distributed.Data.Samples;
using Distributed.Models;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Results;

/// <summary>Makes the model of a job: its network, its encoding, weights of one of its steps, and where they come from.</summary>
internal static class JobModels
{
    /// <summary>The model.</summary>
    /// <param name="job">The job.</param>
    /// <param name="specification">What it computes.</param>
    /// <param name="epochs">Its decided epochs.</param>
    /// <param name="dataName">The name of its samples.</param>
    /// <param name="encoding">The encoding that it kept.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="step">Their step.</param>
    public static TrainedModel Of(
        JobId job, JobSpecification specification, IReadOnlyList<EpochDecided> epochs, string dataName, FeatureEncoding encoding, float[] weights, long step)
    {
        var epoch = EpochOf(specification, epochs, step);
        return new TrainedModel(specification.Network, encoding, weights, new ModelOrigin
        {
            Job = job.Value,
            Epoch = epoch?.Epoch + 1,
            Step = epoch is null ? step : null,
            Data = dataName,
            DataSha256 = specification.Data.Sha256,
            Metrics = epoch is null ? null : MetricsOf(epoch.Metrics),
        });
    }

    /// <summary>The model with calibrated probabilities, where it is a classifier and samples are held back.</summary>
    public static TrainedModel Calibrated(TrainedModel model, EncodedDataSet data) =>
        model.Network.IsClassification && data.Validation is { Rows: > 0 } heldOut ? model.Calibrated(heldOut) : model;

    /// <summary>The epoch that ends with a step; null within an epoch, and where it is not decided yet.</summary>
    public static EpochDecided? EpochOf(JobSpecification specification, IReadOnlyList<EpochDecided> epochs, long step)
    {
        var plan = new EpochPlan(specification);
        return epochs.FirstOrDefault(decision => plan.BoundaryAfter(decision.Epoch) == step);
    }

    private static Dictionary<string, double> MetricsOf(EpochMetrics metrics)
    {
        var named = new Dictionary<string, double>(StringComparer.Ordinal);
        void Add(string name, double? value)
        {
            if (value is { } v && double.IsFinite(v)) named[name] = v;
        }
        Add("trainLoss", metrics.TrainLoss);
        Add("validationLoss", metrics.ValidationLoss);
        Add("validationAccuracy", metrics.ValidationAccuracy);
        Add("validationMae", metrics.ValidationMae);
        Add("validationR2", metrics.ValidationR2);
        return named;
    }
}
