using Distributed.Cluster;
using Distributed.Console.Reports;
using Distributed.Learning.Models;
using Distributed.Protocol;

namespace Distributed.Console.Sessions;

/// <summary>What a finished job leaves: <c>last/</c>, <c>best/</c>, <c>curves.png</c>, <c>confusion.png</c>.</summary>
internal static class ResultFolder
{
    /// <summary>Writes it; what stood there under these names is replaced.</summary>
    /// <exception cref="TrainingException">The disk refuses; the job itself is safe in its store.</exception>
    public static void Write(string folder, RunReport report, JobSubmission submission, float[] last, float[] best)
    {
        try
        {
            Model(report, submission, last, report.Reason == StopReason.Cancelled || report.Epochs.Count == 0 ? null : report.Epochs[^1]).Save(Path.Combine(folder, "last"));
            Model(report, submission, best, report.Best).Save(Path.Combine(folder, "best"));
            if (report.Epochs.Count > 0) CurvesPicture.Write(Path.Combine(folder, "curves.png"), report.Epochs, report.Job.Value);
            if (report.Classes is { } classes && classes.Classes.Count <= ConfusionPicture.MostClasses)
                ConfusionPicture.Write(Path.Combine(folder, "confusion.png"), classes, $"{report.Job}: confusion matrix");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"the results cannot be written to {folder}: {e.Message}", e);
        }
    }

    private static TrainedModel Model(RunReport report, JobSubmission submission, float[] parameters, EpochDecided? epoch) => new(
        submission.Specification.Network, submission.Data.Encoding, parameters,
        new ModelOrigin
        {
            Job = report.Job.Value,
            Epoch = epoch?.Epoch + 1,
            Step = epoch is null ? report.Steps : null,
            Data = report.DataName,
            DataSha256 = submission.Specification.Data.Sha256,
            Metrics = epoch is null ? null : MetricsOf(epoch.Metrics),
        });

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
