using System.Runtime.ExceptionServices;
using Distributed.Cluster;
using Distributed.Jobs.Service;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Microsoft.Extensions.Logging;

namespace Distributed.Jobs.Training;

/// <summary>Follows a job that was started to where it rests, tells of its progress, and asks it to pause or to end.</summary>
/// <param name="jobs">Where it runs.</param>
/// <param name="job">The job.</param>
/// <param name="progress">Is told; null for nothing.</param>
/// <param name="log">Where waits and rewinds are logged.</param>
internal sealed class TrainingFollower(IJobService jobs, JobSubmission job, IProgress<TrainingProgress>? progress, ILogger log) : IDisposable
{
    /// <summary>How long a pause may take. Past it the job's last checkpoint is what a resume continues from.</summary>
    private static readonly TimeSpan PauseLimit = TimeSpan.FromSeconds(20);

    private readonly EpochPlan _plan = new(job.Specification);
    private readonly CancellationTokenSource _giveUp = new();
    private int _epochs; // reported
    private long _checkpoint;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Follows the job.</summary>
    /// <param name="known">Epochs that an earlier run reported.</param>
    /// <param name="interruption">Pauses the job.</param>
    /// <param name="stop">Ends it on the weights that it has.</param>
    /// <returns>Its end; null when it is paused, or did not pause in time.</returns>
    /// <exception cref="TrainingException">The cluster stopped telling.</exception>
    public async Task<JobEnded?> RunAsync(int known, CancellationToken interruption, CancellationToken stop)
    {
        _epochs = known;
        using var pausing = interruption.Register(() => _ = PauseAsync());
        using var stopping = stop.Register(() => _ = jobs.CancelAsync(job.Id, CancellationToken.None));
        try
        {
            await foreach (var message in jobs.WatchAsync(job.Id, _giveUp.Token).ConfigureAwait(false))
            {
                if (_failure is null) await TellAsync(message).ConfigureAwait(false);
                if (message is JobFinished finished) return Rested(finished.End);
                if (message is JobPaused paused)
                {
                    _checkpoint = paused.Step;
                    return Rested(null);
                }
            }
        }
        catch (OperationCanceledException) when (_giveUp.IsCancellationRequested)
        {
            return Rested(null);
        }
        throw new TrainingException($"the cluster stopped telling about {job.Id}; a resume goes on from its last checkpoint");
    }

    /// <summary>The step of the last checkpoint that was told of; 0 before the first.</summary>
    public long Checkpoint => _checkpoint;

    /// <inheritdoc/>
    public void Dispose() => _giveUp.Dispose();

    private JobEnded? Rested(JobEnded? end)
    {
        _failure?.Throw();
        return end;
    }

    /// <summary>A program's exception must not leave the job running in a cluster that others share.</summary>
    private async Task TellAsync(JobEvent message)
    {
        try
        {
            await OnAsync(message).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
            await PauseAsync().ConfigureAwait(false);
        }
    }

    private async Task OnAsync(JobEvent message)
    {
        switch (message)
        {
            case JobStarted started:
                _checkpoint = started.FromStep;
                Report(started.FromStep, _epochs, double.NaN, null, null);
                break;
            case JobProgressed progressed:
                Report(progressed.Step, progressed.Epoch, progressed.TrainLoss, progressed.TrainAccuracy, null);
                break;
            case EpochEnded ended when ended.Decision.Epoch >= _epochs: // after a rewind, reported ones are repeated
                if (ended.Decision.Epoch > _epochs) await CatchUpAsync(ended.Decision.Epoch).ConfigureAwait(false);
                Report(ended.Decision);
                break;
            case JobFinished:
                await CatchUpAsync(int.MaxValue).ConfigureAwait(false);
                break;
            case CheckpointSaved saved:
                _checkpoint = saved.Step;
                break;
            case JobWaiting waiting:
                log.LogInformation("{Job}: {Reason}", job.Id, waiting.Reason);
                break;
            case JobRewound rewound:
                log.LogWarning("{Job} is back at the checkpoint of step {Step}: {Reason}", job.Id, rewound.ToStep, rewound.Reason);
                break;
        }
    }

    /// <summary>Reports the epochs whose events were dropped because the program was slow; the store has them.</summary>
    private async Task CatchUpAsync(int before)
    {
        var record = await jobs.FindJobAsync(job.Id, CancellationToken.None).ConfigureAwait(false);
        if (record is null) return;
        foreach (var decision in record.Epochs.Skip(_epochs).Take(Math.Max(0, before - _epochs)).ToArray()) Report(decision);
    }

    private void Report(EpochDecided decision)
    {
        _epochs = decision.Epoch + 1;
        var epoch = TrainingEpoch.Of(decision, job.Data.Encoding.Target.Scale);
        Report(_plan.BoundaryAfter(decision.Epoch), decision.Epoch, epoch.TrainLoss, epoch.TrainAccuracy, epoch);
    }

    private void Report(long step, int epoch, double loss, double? accuracy, TrainingEpoch? ended)
    {
        var epochs = job.Specification.Epochs;
        progress?.Report(new TrainingProgress(job.Id.Value, Math.Min(epoch + 1, epochs), epochs, step, _plan.TotalSteps, loss, accuracy) { Ended = ended });
    }

    private async Task PauseAsync()
    {
        try
        {
            _giveUp.CancelAfter(PauseLimit);
            await jobs.PauseAsync(job.Id, _giveUp.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or TrainingException or ObjectDisposedException)
        {
            // The limit ends the run, which has its last checkpoint.
        }
    }
}
