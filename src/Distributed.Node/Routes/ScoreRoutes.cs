using Distributed.Api;
using Distributed.Data;
using Distributed.Data.Samples;
using Distributed.Jobs.Results;
using Distributed.Learning.Metrics;
using Distributed.Models;
using Distributed.Node.Access;
using Distributed.Node.Budgets;
using Distributed.Node.Description;
using Distributed.Node.Jobs;
using Distributed.Node.Keys;
using Distributed.Node.Models;
using Distributed.Node.Problems;
using Distributed.Protocol.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Distributed.Node.Routes;

/// <summary>How well models of committed checkpoints answer; computed when it is asked.</summary>
internal static class ScoreRoutes
{
    public static void Map(IEndpointRouteBuilder routes, ModelCache models, JobReader jobs, EncodedCache encoded, Computations computations) =>
        routes.MapGet(ApiRoutes.Jobs + "/{id}/scores", async (string id, string? checkpoint, HttpContext context, CancellationToken cancellation) =>
        {
            var best = ModelRoutes.IsBest(checkpoint, "best");
            var job = JobReader.Parse(id);
            var record = (await jobs.FindAsync(job, cancellation).ConfigureAwait(false)).Record;
            using var lease = await models.RentAsync(job, best, cancellation).ConfigureAwait(false);
            var (model, step) = lease.Value;
            return TypedResults.Ok(await computations.RunAsync(Caller.CountedAs(context), () =>
            {
                var data = SamplesOf(job, encoded, record);
                return Task.FromResult(Of(model, model.Evaluate(data.Validation ?? data.Training), id, step, data.Validation is not null));
            }, cancellation).ConfigureAwait(false));
        }).Needs(ApiRole.Reader)
            .Describe("getJobScores", RouteDescription.Models, "How well a checkpoint's model answers the job's validation samples.", 404, 409)
            .WithCheckpoint("best");

    private static EncodedDataSet SamplesOf(JobId job, EncodedCache encoded, JobRecord record)
    {
        try
        {
            var data = encoded.Load(record.Source);
            if (data.Sha256 == record.Specification.Data.Sha256) return data;
        }
        catch (DataException)
        {
            // As if they were others.
        }

        throw ApiException.Conflict($"the samples of {job} are not here any more");
    }

    private static JobScores Of(TrainedModel model, ModelEvaluation evaluation, string job, long step, bool ofValidation) => new()
    {
        Job = job,
        Step = step,
        Samples = evaluation.Samples,
        OfValidation = ofValidation,
        Loss = evaluation.Loss,
        Accuracy = evaluation.Report?.Accuracy,
        BalancedAccuracy = evaluation.Report?.BalancedAccuracy,
        MacroF1 = evaluation.Report?.MacroF1,
        LogLoss = evaluation.Probabilities?.LogLoss,
        RocAuc = evaluation.Probabilities?.RocAuc,
        PrAuc = evaluation.Probabilities?.PrAuc,
        CalibrationError = evaluation.Probabilities?.CalibrationError,
        Temperature = model.Calibration?.Temperature,
        UncalibratedLogLoss = evaluation.Uncalibrated?.LogLoss,
        UncalibratedError = evaluation.Uncalibrated?.CalibrationError,
        BestThreshold = evaluation.Probabilities?.Threshold?.Probability,
        BestThresholdF1 = evaluation.Probabilities?.Threshold?.F1,
        Mae = evaluation.MeanAbsoluteError,
        Rmse = evaluation.RootMeanSquaredError,
        R2 = evaluation.RSquared,
        Classes = evaluation.Report?.Classes,
        Confusion = evaluation.Report is { Classes.Count: <= JobScores.MostClasses } report ? Matrix(report) : null,
    };

    private static IReadOnlyList<IReadOnlyList<long>> Matrix(ClassificationReport report) =>
        [.. report.Classes.Select((_, actual) => (IReadOnlyList<long>)[.. report.Classes.Select((_, predicted) => report[actual, predicted])])];
}
