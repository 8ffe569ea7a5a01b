using Distributed.Api;
using Distributed.Cluster;
using Distributed.Console.Output;
using Distributed.Console.Reports;
using Distributed.Console.Sessions;
using Distributed.Console.Terminals;
using Distributed.Jobs.Results;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Models;
using Distributed.Protocol.Identity;

namespace Distributed.Console.Remote;

/// <summary>Shows a job of a server until it ends or the user interrupts; shared by <c>watch</c> and <c>submit --follow</c>.</summary>
/// <param name="environment">The process, or what replaces it in tests.</param>
/// <param name="client">The server.</param>
/// <param name="display">Where it is shown.</param>
internal sealed class FollowedRun(ConsoleEnvironment environment, HttpTrainingClient client, IProgressDisplay display)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    /// <summary>Follows the job.</summary>
    /// <param name="detail">The job's present state.</param>
    /// <param name="folder">Where its models go when it is done; null to leave them at the server.</param>
    /// <param name="interruption">Ends the following; the job continues.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(JobDetail detail, string? folder, CancellationToken interruption)
    {
        var record = HttpTrainingClient.RecordOf(detail);
        var job = new FollowedJob(record.Id, record.Specification, record.Options.Blocks, detail.Summary.Data, detail.TargetScale, detail.Notes);
        var session = new TrainingSession(client.From(record.Epochs.Count), job, record, null, display, environment.Clock);
        using var looking = CancellationTokenSource.CreateLinkedTokenSource(interruption);
        var look = LookAsync(job.Id, looking.Token);
        RunEnd end;
        try
        {
            end = await session.FollowAsync(interruption).ConfigureAwait(false);
        }
        finally
        {
            await looking.CancelAsync().ConfigureAwait(false);
            await look.ConfigureAwait(false);
        }
        switch (end)
        {
            case RunCompleted completed:
                display.Completed(await FinishAsync(job, record, completed, folder, interruption).ConfigureAwait(false));
                return ExitCode.Done;
            case RunLeft:
                display.Left(record.Id, $"{record.Id} goes on at {client.Server.Authority}; it is followed again with: dtrain watch {record.Id}");
                return ExitCode.Interrupted;
            default:
                display.Failed(record.Id, ((RunFailed)end).Message);
                return ExitCode.Failed;
        }
    }

    private async Task<RunReport> FinishAsync(FollowedJob job, JobRecord record, RunCompleted end, string? folder, CancellationToken cancellation)
    {
        var place = folder ?? Path.Combine(Path.GetTempPath(), "dtrain-" + Path.GetRandomFileName());
        try
        {
            var last = await DownloadAsync(job.Id, CheckpointChoice.Last, Path.Combine(place, "last"), cancellation).ConfigureAwait(false);
            var report = new RunReport
            {
                Job = job.Id,
                Specification = job.Specification,
                DataName = job.DataName,
                Steps = end.Steps,
                Reason = end.Reason,
                Epochs = end.Epochs,
                SamplesPerSecond = end.SamplesPerSecond,
                Seconds = end.Elapsed.TotalSeconds,
                Workers = end.Workers,
                WeightsSha256 = ParameterHash.Compute(last.Parameters),
                Folder = folder,
            };
            if (folder is null) return report;
            if (report.Best is not null) await DownloadAsync(job.Id, CheckpointChoice.Best, Path.Combine(folder, "best"), cancellation).ConfigureAwait(false);
            ResultFolder.Document(report, job.Specification, record.Source).Write(folder);
            if (report.Epochs.Count > 0) CurvesPicture.Write(Path.Combine(folder, "curves.png"), report.Epochs, job.Id.Value);
            return report;
        }
        finally
        {
            if (folder is null && Directory.Exists(place)) Directory.Delete(place, recursive: true);
        }
    }

    private async Task<TrainedModel> DownloadAsync(JobId job, CheckpointChoice choice, string folder, CancellationToken cancellation)
    {
        StorePath.MakeFolder(folder, "--out");
        return (await client.DownloadModelAsync(job, choice, folder, cancellation).ConfigureAwait(false)).Model;
    }

    /// <summary>Polls the job's state every few seconds; a lost answer is harmless.</summary>
    private async Task LookAsync(JobId job, CancellationToken cancellation)
    {
        if (environment.TerminalWidth is null) return;
        try
        {
            while (true)
            {
                try
                {
                    display.Observed(await client.GetStatusAsync(job, cancellation).ConfigureAwait(false));
                }
                catch (Exception e) when (e is TrainingException or UsageException)
                {
                    display.Observed(null); // it waits for its turn, or the cluster is busy
                }
                // The picture's own pace: events come by themselves, nothing waits for this.
                await Task.Delay(BetweenLooks, environment.Clock, cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The run ended.
        }
    }
}
