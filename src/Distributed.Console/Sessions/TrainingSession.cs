using Distributed.Cluster;
using Distributed.Console.Output;
using Distributed.Console.Terminals;
using Distributed.Jobs.Service;
using Distributed.Jobs.Submission;
using Distributed.Learning.Networks;
using Distributed.Protocol.Identity;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Planning;
using Distributed.Protocol.Queue;
using Distributed.Protocol.Specification;

namespace Distributed.Console.Sessions;

/// <summary>
/// One run of one job, from its start to its end, shown on a display. It knows a client and nothing of what is behind it, so that a job
/// of a remote cluster is followed by the same code.
/// </summary>
internal sealed class TrainingSession
{
    /// <summary>How long a pause may take before the run ends without it; the last checkpoint stays.</summary>
    private static readonly TimeSpan PauseTimeout = TimeSpan.FromSeconds(20);

    /// <summary>How long a run may wait for its first worker before that is told.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(3);

    private readonly IJobClient _client;
    private readonly IProgressDisplay _display;
    private readonly TimeProvider _clock;
    private readonly FollowedJob _job;
    private readonly JobRecord? _known;
    private readonly RunSettings? _run;
    private readonly EpochPlan _plan;
    private readonly ThroughputMeter _meter;
    private readonly List<EpochDecided> _epochs = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? _checkpoint;
    private int? _workers; // assigned now; null while another cluster has not said
    private bool _started, _isElsewhere, _isMetered;
    private ITimer? _waiting;

    /// <param name="client">Where the job runs.</param>
    /// <param name="job">The job.</param>
    /// <param name="known">The decided epochs and the newest checkpoint of a job that goes on; null for a new one.</param>
    /// <param name="run">Workers and threads, to be shown; null where they are another machine's.</param>
    /// <param name="display">Where it is shown.</param>
    /// <param name="clock">The clock.</param>
    public TrainingSession(
        IJobClient client, FollowedJob job, JobRecord? known, RunSettings? run, IProgressDisplay display, TimeProvider clock)
    {
        (_client, _job, _run, _display, _clock) = (client, job, run, display, clock);
        _workers = run?.Workers;
        _plan = new EpochPlan(job.Specification);
        _meter = new ThroughputMeter(clock);
        _known = known;
        if (known is null) return;
        _epochs.AddRange(known.Epochs);
        _checkpoint = known.LastCheckpoint;
    }

    /// <summary>Starts the job and follows it to its end; of a job that has ended, tells the end again.</summary>
    /// <param name="start">Starts it.</param>
    /// <param name="interruption">Asks for a pause.</param>
    public async Task<RunEnd> RunAsync(Func<CancellationToken, Task> start, CancellationToken interruption)
    {
        if (_known?.End is { } ended) return await OnFinishedAsync(ended).ConfigureAwait(false);
        using var giveUp = new CancellationTokenSource();
        await start(giveUp.Token).ConfigureAwait(false);
        using var pausing = interruption.Register(() => _ = PauseAsync(giveUp));
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
            _ended.TrySetResult();
        }
        return new RunFailed("the cluster stopped telling about the job; resume it to go on from its last checkpoint");
    }

    /// <summary>Follows a job that somebody else runs, to its end or until this process is to end: the job does not notice.</summary>
    /// <param name="interruption">Ends the following alone.</param>
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

    private async Task PauseAsync(CancellationTokenSource giveUp)
    {
        try
        {
            using var timer = _clock.CreateTimer(_ => giveUp.Cancel(), null, PauseTimeout, Timeout.InfiniteTimeSpan);
            _display.Noticed("pausing at the next step; once more ends at once");
            await _client.PauseAsync(_job.Id, giveUp.Token).ConfigureAwait(false);
            await _ended.Task.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or TrainingException or ObjectDisposedException)
        {
            // The bounded wait ends the run; the last checkpoint is what a resume goes on from.
        }
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
                return null; // a newer cluster may tell more
        }
    }

    private void OnStarted(JobStarted started)
    {
        _waiting?.Dispose();
        Begin(started.FromStep, _isElsewhere ? started.Workers : _workers);
    }

    /// <summary>
    /// A display hears of the beginning first, even of a run that had nothing left to compute. Of a job elsewhere that is the job's, whenever it is
    /// followed: a server's stream tells it before all else.
    /// </summary>
    private void Begin()
    {
        if (_isElsewhere) Begin(0, _known?.FirstWorkers);
        else Begin(_checkpoint ?? 0, _workers);
    }

    private void Begin(long fromStep, int? workers)
    {
        if (_started) return;
        _started = true;
        _meter.Begin(SamplesAt(_isElsewhere ? DoneBefore : fromStep));
        _display.Started(new RunHeading(
            _job.Id, _job.Specification, _job.DataName,
            new ParameterLayout(_job.Specification.Network).Count,
            _plan.StepsPerEpoch, _plan.TotalSteps, fromStep, workers, _job.Blocks, _run?.Threads, _job.Notes));
    }

    /// <summary>Steps that are known to have been done before the job was followed.</summary>
    private long DoneBefore => Math.Max(_known?.LastCheckpoint ?? 0, _known is { Epochs: [.., var last] } ? _plan.BoundaryAfter(last.Epoch) : 0);

    /// <summary>Every run waits for its first worker for a moment; only a longer wait is worth a word.</summary>
    private void OnWaiting(JobWaiting waiting)
    {
        if (_started) _display.Noticed(waiting.Reason);
        else _waiting = _clock.CreateTimer(_ => _display.Noticed(waiting.Reason), null, StartPatience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A running job shows itself; all else wants a word, once.</summary>
    private void OnStateChanged(JobStateChanged changed)
    {
        if (changed.State != JobPhase.Queued) return;
        var before = changed.QueuePosition is > 0 and var jobs ? $" behind {Numbers.Of(jobs, "job")}" : "";
        _display.Noticed($"{_job.Id} is queued{before}{(changed.Reason is { } reason ? ": " + reason : "")}");
    }

    private void OnProgressed(JobProgressed progressed)
    {
        Begin();
        if (_isElsewhere && !_isMetered) _meter.Begin(SamplesAt(progressed.Step)); // what was done before it was followed
        _isMetered = true;
        if (_isElsewhere && progressed.Workers > 0) _workers = progressed.Workers;
        _meter.Report(SamplesAt(progressed.Step));
        var rate = _meter.Recent;
        var left = SamplesAt(_plan.TotalSteps) - SamplesAt(progressed.Step);
        _display.Progressed(new RunProgress(
            progressed.Epoch + 1, progressed.Step, progressed.TrainLoss, progressed.TrainAccuracy, progressed.Workers, rate,
            rate > 0 ? TimeSpan.FromSeconds(Math.Min(left / rate, TimeSpan.MaxValue.TotalSeconds / 2)) : null, _checkpoint));
    }

    /// <summary>Shows an epoch, and before it those whose news were lost: the store knows them. After a rewind, known ones come again.</summary>
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
            Show(record.Epochs[i], _plan.BoundaryAfter(i));
    }

    /// <summary>An epoch that was decided before anybody followed: without a speed.</summary>
    private void ShowAgain(EpochDecided decision)
    {
        Begin();
        _display.EpochEnded(new EpochRow(_job.Id, _plan.BoundaryAfter(decision.Epoch), InUnits(decision), 0, null));
    }

    private void Show(EpochDecided decision, long step)
    {
        Begin();
        _epochs.Add(decision);
        _display.EpochEnded(new EpochRow(_job.Id, step, InUnits(decision), SpeedOfEpoch(step), _workers));
    }

    /// <summary>Events of a server come in bunches, so the time between two of them says nothing; the speed since it is followed does.</summary>
    private double SpeedOfEpoch(long step)
    {
        var ofEpoch = _meter.EndEpoch(SamplesAt(step));
        return _isElsewhere ? _meter.Overall : ofEpoch;
    }

    private async Task<RunEnd> OnFinishedAsync(JobEnded end)
    {
        if (end.Outcome == JobOutcome.Failed || end.IsWithoutWeights) return new RunFailed(end.Message ?? "no reason was given");
        await CatchUpAsync(int.MaxValue).ConfigureAwait(false);
        if (_isElsewhere) Begin();
        else Begin(end.Step, _workers);
        _meter.Report(SamplesAt(end.Step));
        return new RunCompleted(
            end.Step, end.Reason ?? StopReason.Cancelled, [.. _epochs.Select(InUnits)], _meter.Overall, _meter.Elapsed, _workers);
    }

    /// <summary>Training computes with standardised targets; people read errors in the target's own unit.</summary>
    private EpochDecided InUnits(EpochDecided decision) => decision.Metrics.ValidationMae is { } mae
        ? decision with { Metrics = decision.Metrics with { ValidationMae = mae * _job.TargetScale } }
        : decision;

    private long SamplesAt(long step)
    {
        var training = (long)_job.Specification.Data.TrainingSamples;
        var inEpoch = Math.Min(step % _plan.StepsPerEpoch * _job.Specification.BatchSize, training);
        return step / _plan.StepsPerEpoch * training + inEpoch;
    }
}

/// <summary>What is known of a job before it is followed.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Specification">Everything that can reach a weight.</param>
/// <param name="Blocks">Parameter blocks.</param>
/// <param name="DataName">What its data is called.</param>
/// <param name="TargetScale">By how much a regression's errors are multiplied to be in the target's unit.</param>
/// <param name="Notes">What the samples' reader has to say, one sentence each; empty where it is not known.</param>
internal sealed record FollowedJob(
    JobId Id, JobSpecification Specification, int Blocks, string DataName, double TargetScale, IReadOnlyList<string> Notes)
{
    /// <summary>A job that is about to be submitted.</summary>
    public static FollowedJob Of(JobSubmission submission) => new(
        submission.Id, submission.Specification, submission.Options.Blocks, submission.Data.Name, submission.Data.Encoding.Target.Scale, submission.Data.Notes);
}
