using Distributed.Console.Output;
using Distributed.Console.Terminals;
using Distributed.Jobs.Results;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Sessions;

/// <summary>
/// One run of one job, from start to end, shown on a display. It depends on a client alone, so the same code follows a job of a remote cluster.
/// </summary>
internal sealed class TrainingSession
{
    /// <summary>How long a run waits for its first worker before it says so.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(3);

    private readonly IJobClient _client;
    private readonly IProgressDisplay _display;
    private readonly TimeProvider _clock;
    private readonly FollowedJob _job;
    private readonly JobRecord? _known;
    private readonly RunSettings? _run;
    private readonly RunSpeed _speed;
    private readonly List<EpochDecided> _epochs = [];
    private long? _checkpoint;
    private int? _workers; // assigned now; null until a remote cluster reports it
    private bool _isElsewhere;
    private ITimer? _waiting;

    /// <param name="client">Where the job runs.</param>
    /// <param name="job">The job.</param>
    /// <param name="known">The decided epochs and the newest checkpoint of a resumed job; null for a new one.</param>
    /// <param name="run">Workers and threads to show; null when they are another machine's.</param>
    /// <param name="display">Shows the run.</param>
    /// <param name="clock">The clock.</param>
    public TrainingSession(
        IJobClient client, FollowedJob job, JobRecord? known, RunSettings? run, IProgressDisplay display, TimeProvider clock)
    {
        (_client, _job, _run, _display, _clock) = (client, job, run, display, clock);
        _workers = run?.Workers;
        _speed = new RunSpeed(job.Specification, clock);
        _known = known;
        if (known is null) return;
        _epochs.AddRange(known.Epochs);
        _checkpoint = known.LastCheckpoint;
    }

    /// <summary>Starts the job and follows it to its end; shows the end again of a job that has ended.</summary>
    /// <param name="start">Starts the job.</param>
    /// <param name="interruption">Asks for a pause.</param>
    public async Task<RunEnd> RunAsync(Func<CancellationToken, Task> start, CancellationToken interruption)
    {
        if (_known?.End is { } ended) return await OnFinishedAsync(ended).ConfigureAwait(false);
        using var giveUp = new CancellationTokenSource();
        await start(giveUp.Token).ConfigureAwait(false);
        var pause = new BoundedPause(_client, _job.Id, _display, _clock);
        using var pausing = interruption.Register(() => _ = pause.RunAsync(giveUp));
        try
        {
            await foreach (var message in _client.WatchAsync(_job.Id, giveUp.Token).ConfigureAwait(false))
                if (await OnAsync(message).ConfigureAwait(false) is { } end) return end;
        }
        catch (OperationCanceledException) when (giveUp.IsCancellationRequested)
        {
            return new RunInterrupted(_checkpoint ?? 0, InTime: false);
        }
        finally
        {
            _waiting?.Dispose();
            pause.End();
        }
        return new RunFailed("the cluster stopped telling about the job; resume it to go on from its last checkpoint");
    }

    /// <summary>Follows a job that runs elsewhere, to its end or until interrupted, without an effect on the job.</summary>
    /// <param name="interruption">Ends the following, not the job.</param>
    public async Task<RunEnd> FollowAsync(CancellationToken interruption)
    {
        _isElsewhere = true;
        foreach (var epoch in _epochs.ToArray()) ShowAgain(epoch);
        if (_known?.End is { } ended) return await OnFinishedAsync(ended).ConfigureAwait(false);
        try
        {
            await foreach (var message in _client.WatchAsync(_job.Id, interruption).ConfigureAwait(false))
                if (await OnAsync(message).ConfigureAwait(false) is { } end) return end;
        }
        catch (OperationCanceledException) when (interruption.IsCancellationRequested)
        {
            return new RunLeft();
        }
        finally
        {
            _waiting?.Dispose();
        }
        return new RunFailed("the server stopped telling about the job");
    }

    private async Task<RunEnd?> OnAsync(JobEvent message)
    {
        switch (message)
        {
            case JobStarted started:
                OnStarted(started);
                return null;
            case JobProgressed progressed:
                OnProgressed(progressed);
                return null;
            case EpochEnded ended:
                await OnEpochEndedAsync(ended).ConfigureAwait(false);
                return null;
            case CheckpointSaved saved:
                _checkpoint = saved.Step;
                return null;
            case WorkersChanged changed:
                if (_workers is { } before && changed.Workers != before) _display.Noticed($"{Numbers.Of(changed.Workers, "worker")} now, {before} before");
                _workers = changed.Workers;
                return null;
            case JobWaiting waiting:
                OnWaiting(waiting);
                return null;
            case JobRewound rewound:
                _display.Noticed($"back to the checkpoint at step {Numbers.Count(rewound.ToStep)}: {rewound.Reason}");
                return null;
            case JobPaused paused when _isElsewhere:
                _display.Noticed($"paused at step {Numbers.Count(paused.Step)}; it goes on with: dtrain resume {_job.Id}");
                return null;
            case JobStateChanged changed:
                OnStateChanged(changed);
                return null;
            case JobPaused paused:
                return new RunInterrupted(paused.Step, InTime: true);
            case JobFinished finished:
                return await OnFinishedAsync(finished.End).ConfigureAwait(false);
            default:
                return null; // a newer cluster may send more events
        }
    }

    private void OnStarted(JobStarted started)
    {
        _waiting?.Dispose();
        Begin(started.FromStep, _isElsewhere ? started.Workers : _workers);
    }

    /// <summary>
    /// Shows the beginning first, even of a run with nothing left to compute. For a job elsewhere that is the beginning of the job, which a server's
    /// stream sends before everything else.
    /// </summary>
    private void Begin()
    {
        if (_isElsewhere) Begin(0, _known?.FirstWorkers);
        else Begin(_checkpoint ?? 0, _workers);
    }

    private void Begin(long fromStep, int? workers)
    {
        if (_speed.HasBegun) return;
        _speed.Begin(_isElsewhere ? DoneBefore : fromStep);
        _display.Started(new RunHeading(
            _job.Id, _job.Specification, _job.DataName,
            new ParameterLayout(_job.Specification.Network).Count,
            _speed.Plan.StepsPerEpoch, _speed.Plan.TotalSteps, fromStep, workers, _job.Blocks, _run?.Threads, _job.Notes));
    }

    /// <summary>Steps known to be done before the job was followed.</summary>
    private long DoneBefore => Math.Max(_known?.LastCheckpoint ?? 0, _known is { Epochs: [.., var last] } ? _speed.Plan.BoundaryAfter(last.Epoch) : 0);

    /// <summary>Every run waits a moment for its first worker; only a longer wait is shown.</summary>
    private void OnWaiting(JobWaiting waiting)
    {
        if (_speed.HasBegun) _display.Noticed(waiting.Reason);
        else _waiting = _clock.CreateTimer(_ => _display.Noticed(waiting.Reason), null, StartPatience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Shows that the job is queued; its other states show in its progress.</summary>
    private void OnStateChanged(JobStateChanged changed)
    {
        if (changed.State != JobPhase.Queued) return;
        var before = changed.QueuePosition is > 0 and var jobs ? $" behind {Numbers.Of(jobs, "job")}" : "";
        _display.Noticed($"{_job.Id} is queued{before}{(changed.Reason is { } reason ? ": " + reason : "")}");
    }

    private void OnProgressed(JobProgressed progressed)
    {
        Begin();
        if (_isElsewhere && progressed.Workers > 0) _workers = progressed.Workers;
        var (rate, left) = _speed.Progress(progressed.Step, beginsHere: _isElsewhere);
        _display.Progressed(new RunProgress(
            progressed.Epoch + 1, progressed.Step, progressed.TrainLoss, progressed.TrainAccuracy, progressed.Workers, rate, left, _checkpoint));
    }

    /// <summary>Shows an epoch, after those whose events were lost, from the store. After a rewind, shown epochs are repeated and skipped here.</summary>
    private async Task OnEpochEndedAsync(EpochEnded ended)
    {
        if (ended.Decision.Epoch < _epochs.Count) return;
        if (ended.Decision.Epoch > _epochs.Count) await CatchUpAsync(ended.Decision.Epoch).ConfigureAwait(false);
        Show(ended.Decision, ended.Step);
    }

    private async Task CatchUpAsync(int before)
    {
        var record = await _client.FindJobAsync(_job.Id, CancellationToken.None).ConfigureAwait(false);
        if (record is null) return;
        for (var i = _epochs.Count; i < Math.Min(before, record.Epochs.Count); i++)
            Show(record.Epochs[i], _speed.Plan.BoundaryAfter(i));
    }

    /// <summary>Shows an epoch that was decided before the job was followed, without a speed.</summary>
    private void ShowAgain(EpochDecided decision)
    {
        Begin();
        _display.EpochEnded(new EpochRow(_job.Id, _speed.Plan.BoundaryAfter(decision.Epoch), InUnits(decision), 0, null));
    }

    private void Show(EpochDecided decision, long step)
    {
        Begin();
        _epochs.Add(decision);
        _display.EpochEnded(new EpochRow(_job.Id, step, InUnits(decision), SpeedOfEpoch(step), _workers));
    }

    /// <summary>A server's events arrive in bunches, so the speed of a job elsewhere is the mean since it is followed.</summary>
    private double SpeedOfEpoch(long step)
    {
        var ofEpoch = _speed.EndEpoch(step);
        return _isElsewhere ? _speed.Overall : ofEpoch;
    }

    private async Task<RunEnd> OnFinishedAsync(JobEnded end)
    {
        if (end.Outcome == JobOutcome.Failed || end.IsWithoutWeights) return new RunFailed(end.Message ?? "no reason was given");
        await CatchUpAsync(int.MaxValue).ConfigureAwait(false);
        if (_isElsewhere) Begin();
        else Begin(end.Step, _workers);
        _speed.Finish(end.Step);
        return new RunCompleted(
            end.Step, end.Reason ?? StopReason.Cancelled, [.. _epochs.Select(InUnits)], _speed.Overall, _speed.Elapsed, _workers);
    }

    /// <summary>Converts errors from standardised targets to the target's own unit.</summary>
    private EpochDecided InUnits(EpochDecided decision) => decision.Metrics.ValidationMae is { } mae
        ? decision with { Metrics = decision.Metrics with { ValidationMae = mae * _job.TargetScale } }
        : decision;
}

/// <summary>A job to follow.</summary>
/// <param name="Id">The job's name.</param>
/// <param name="Specification">Everything that can reach a weight.</param>
/// <param name="Blocks">Number of parameter blocks.</param>
/// <param name="DataName">The name of its data.</param>
/// <param name="TargetScale">Factor that converts a regression's errors to the target's unit.</param>
/// <param name="Notes">Remarks of the samples' reader, one sentence each; empty when unknown.</param>
internal sealed record FollowedJob(
    JobId Id, JobSpecification Specification, int Blocks, string DataName, double TargetScale, IReadOnlyList<string> Notes)
{
    /// <summary>The job of a submission.</summary>
    public static FollowedJob Of(JobSubmission submission) => new(
        submission.Id, submission.Specification, submission.Options.Blocks, submission.Data.Name, submission.Data.Encoding.Target.Scale,
        [.. submission.Data.Notes.Select(note => note.Say(setting => setting.Flag))]);
}
