using Distributed.Cluster;
using Distributed.Console.Reports;
using Distributed.Data.Encodings;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Models;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Sessions;

/// <summary>The result folder of a job: <c>last/</c>, <c>best/</c>, <c>job.json</c>, <c>curves.png</c>, and <c>confusion.png</c> with <c>calibration.png</c>, or <c>residuals.png</c>.</summary>
internal static class ResultFolder
{
    /// <summary>Writes it; what stood there under these names is replaced.</summary>
    /// <exception cref="TrainingException">The disk refuses; the job itself is safe in its store.</exception>
    public static void Write(string folder, RunReport report, JobSubmission submission, float[] last, float[] best)
    {
        try
        {
            var document = Document(report, submission.Specification, submission.Source);
            Model(submission, report.Epochs, report.DataName, last, document.LastStep).Save(Path.Combine(folder, "last"));
            Model(submission, report.Epochs, report.DataName, best, document.BestStep).Save(Path.Combine(folder, "best"));
            document.Write(folder);
            if (report.Epochs.Count > 0) CurvesPicture.Write(Path.Combine(folder, "curves.png"), report.Epochs, report.Job.Value);
            EvaluationPictures.Write(folder, report.Job.Value, report.Classes, report.Probabilities, report.Answers, submission.Data.Encoding.Target.Name);
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

    /// <summary>The model of some weights of a job, calibrated where its options say so.</summary>
    public static TrainedModel Model(JobSubmission submission, IReadOnlyList<EpochDecided> epochs, string dataName, float[] weights, long step)
    {
        var model = JobModels.Of(submission.Id, submission.Specification, epochs, dataName, submission.Data.Encoding, weights, step);
        return submission.Options.Calibrate ? JobModels.Calibrated(model, submission.Data) : model;
    }
}
