using Distributed.Cluster;
using Distributed.Console.Reports;
using Distributed.Data.Encodings;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Models;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Sessions;

/// <summary>The result folder of a job: <c>last/</c>, <c>best/</c>, <c>job.json</c>, <c>curves.png</c>, <c>confusion.png</c>.</summary>
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
            Document(report, submission.Specification, submission.Source).Write(folder);
            if (report.Epochs.Count > 0) CurvesPicture.Write(Path.Combine(folder, "curves.png"), report.Epochs, report.Job.Value);
            if (report.Classes is { } classes && classes.Classes.Count <= ConfusionPicture.MostClasses)
                ConfusionPicture.Write(Path.Combine(folder, "confusion.png"), classes, $"{report.Job}: confusion matrix");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"the results cannot be written to {folder}: {e.Message}", e);
        }
    }

    /// <summary>Everything needed to recompute the models of a folder.</summary>
    public static JobDocument Document(RunReport report, JobSpecification specification, DataSettings source) => new()
    {
        Job = report.Job.Value,
        Specification = specification,
        Source = source,
        BestStep = report.Best is { } epoch ? new EpochPlan(specification).BoundaryAfter(epoch.Epoch) : report.Steps,
        LastStep = report.Steps,
    };

    private static TrainedModel Model(RunReport report, JobSubmission submission, float[] parameters, EpochDecided? epoch) => new(
        submission.Specification.Network, submission.Data.Encoding, parameters,
        ModelOrigins.Of(report.Job, epoch, report.Steps, report.DataName, submission.Specification.Data.Sha256));
}
