using Distributed.Cluster;
using Distributed.Console.Output;
using Distributed.Console.Reports;
using Distributed.Console.Terminals;
using Distributed.Jobs.Checks;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;

namespace Distributed.Console.Sessions;

/// <summary>Runs a prepared job, writes its results and reports them; shared by train and resume.</summary>
/// <param name="environment">The process, or what replaces it in tests.</param>
/// <param name="client">Where the job runs.</param>
/// <param name="display">Where it is shown.</param>
internal sealed class JobRunner(ConsoleEnvironment environment, IJobService client, IProgressDisplay display)
{
    /// <summary>Runs the job to its end.</summary>
    /// <param name="submission">The job.</param>
    /// <param name="known">The store's record of a resumed job; null for a new one.</param>
    /// <param name="run">Threads and store.</param>
    /// <param name="folder">Where models and pictures go; made already.</param>
    /// <param name="interruption">Asks for a pause.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(JobSubmission submission, JobRecord? known, RunSettings run, string folder, CancellationToken interruption)
    {
        var session = new TrainingSession(client, FollowedJob.Of(submission), known, run, display, environment.Clock);
        RunEnd end;
        try
        {
            end = await session.RunAsync(giveUp => client.StartAsync(submission, giveUp), interruption).ConfigureAwait(false);
        }
        catch (TrainingException e)
        {
            end = new RunFailed(e.Message);
        }
        switch (end)
        {
            case RunCompleted completed:
                display.Completed(await FinishAsync(submission, completed, folder).ConfigureAwait(false));
                return ExitCode.Done;
            case RunInterrupted interrupted:
                display.Interrupted(submission.Id, interrupted.Step, Resume(submission.Id, interrupted, run));
                return ExitCode.Interrupted;
            default:
                display.Failed(submission.Id, ((RunFailed)end).Message);
                return ExitCode.Failed;
        }
    }

    private async Task<RunReport> FinishAsync(JobSubmission submission, RunCompleted end, string folder)
    {
        var last = await client.ReadWeightsAsync(submission.Id, CheckpointChoice.Last, CancellationToken.None).ConfigureAwait(false);
        var best = end.Epochs.Count == 0
            ? last
            : await client.ReadWeightsAsync(submission.Id, CheckpointChoice.Best, CancellationToken.None).ConfigureAwait(false);
        var data = submission.Data;
        var target = data.Encoding.Target;
        var dataName = LoadedData.DisplayName(submission.Source.Source);
        var samples = data.Validation ?? data.Training;
        var model = ResultFolder.Model(submission, end.Epochs, dataName, best, end.Steps);
        var evaluation = Evaluation.Of(submission.Specification.Network, model.AnsweringParameters.ToArray(), samples, target.Classes);
        var report = new RunReport
        {
            Job = submission.Id,
            Specification = submission.Specification,
            DataName = dataName,
            Steps = end.Steps,
            Reason = end.Reason,
            Epochs = end.Epochs,
            SamplesPerSecond = end.SamplesPerSecond,
            Seconds = end.Elapsed.TotalSeconds,
            Workers = end.Workers,
            WeightsSha256 = ParameterHash.Compute(last),
            Classes = evaluation.Classes,
            Probabilities = evaluation.Probabilities,
            Answers = [.. evaluation.Answers.Select(point => (target.Value(point.Answer), target.Value(point.Target)))],
            Scores = ModelScores.Of(model, evaluation, samples),
            Folder = folder,
        };
        ResultFolder.Write(folder, report, submission, last, best);
        return report;
    }

    private static string Resume(JobId job, RunInterrupted interrupted, RunSettings run)
    {
        var store = run.Store is null ? "" : $" --store {run.Store}";
        var state = interrupted.InTime
            ? $"{job} is paused at step {Numbers.Count(interrupted.Step)}"
            : $"{job} was interrupted; its last checkpoint is at step {Numbers.Count(interrupted.Step)}";
        return $"{state}; it goes on with: dtrain resume {job}{store}";
    }
}
