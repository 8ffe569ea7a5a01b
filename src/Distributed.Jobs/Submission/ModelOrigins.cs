using Distributed.Models;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Specification;

namespace Distributed.Jobs.Submission;

/// <summary>Says in a model's file where it comes from.</summary>
internal static class ModelOrigins
{
    /// <summary>The origin of weights.</summary>
    /// <param name="job">The job.</param>
    /// <param name="epoch">The epoch that ends with these weights; null within an epoch.</param>
    /// <param name="step">The step of the weights, used without an epoch.</param>
    /// <param name="dataName">The name of the samples.</param>
    /// <param name="dataSha256">The samples' hash.</param>
    public static ModelOrigin Of(JobId job, EpochDecided? epoch, long step, string dataName, string dataSha256) => new()
    {
        Job = job.Value,
        Epoch = epoch?.Epoch + 1,
        Step = epoch is null ? step : null,
        Data = dataName,
        DataSha256 = dataSha256,
        Metrics = epoch is null ? null : MetricsOf(epoch.Metrics),
    };

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
