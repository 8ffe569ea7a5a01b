using System.Collections.Immutable;
using Distributed.Protocol.Journal;
using Distributed.Protocol.Messages;
using Distributed.Protocol.Queue;

namespace Distributed.Dashboard.Live;

/// <summary>One line of a job's timeline.</summary>
/// <param name="At">When this gateway heard of it (UTC).</param>
/// <param name="Kind">start, workers, checkpoint, wait, rewind, pause, state or end.</param>
/// <param name="Text">What happened.</param>
internal sealed record LiveEvent(DateTimeOffset At, string Kind, string Text);

/// <summary>A job as its events tell it. Immutable: an event makes another one.</summary>
internal sealed record JobLive
{
    /// <summary>Lines of the timeline that are kept.</summary>
    public const int MostEvents = 200;

    /// <summary>Its phase; null until told.</summary>
    public JobPhase? Phase { get; init; }

    /// <summary>Its begin; null before.</summary>
    public JobStarted? Started { get; init; }

    /// <summary>The decided epochs.</summary>
    public ImmutableList<EpochDecided> Epochs { get; init; } = [];

    /// <summary>The newest progress; null before the first.</summary>
    public JobProgressed? Progress { get; init; }

    /// <summary>Steps per second, smoothed; null while unknown.</summary>
    public double? StepsPerSecond { get; init; }

    /// <summary>Assigned workers; null while unknown.</summary>
    public int? Workers { get; init; }

    /// <summary>Why it waits; null when it does not.</summary>
    public string? Waiting { get; init; }

    /// <summary>How it ended; null before.</summary>
    public JobEnded? End { get; init; }

    /// <summary>The newest durable checkpoint; null before the first.</summary>
    public long? Checkpoint { get; init; }

    /// <summary>What happened, newest first.</summary>
    public ImmutableList<LiveEvent> Events { get; init; } = [];

    /// <summary>When the newest progress came.</summary>
    public DateTimeOffset? ProgressAt { get; init; }

    /// <summary>Steps done, as far as told.</summary>
    public long Step => End?.Step ?? Progress?.Step ?? 0;

    /// <summary>The share of all steps that is done, 0 to 1.</summary>
    public double Share => Started is { TotalSteps: > 0 } started ? Math.Clamp((double)Step / started.TotalSteps, 0, 1) : 0;

    /// <summary>The time that all epochs would still take; null while unknown or over. Stop rules may end the job before.</summary>
    public TimeSpan? Left => End is null && Waiting is null && Started is { } started && StepsPerSecond is > 0 and var speed
        ? TimeSpan.FromSeconds(Math.Min(Math.Max(0, started.TotalSteps - Step) / speed, TimeSpan.FromDays(3650).TotalSeconds))
        : null;

    /// <summary>The job after an event.</summary>
    /// <param name="told">The event.</param>
    /// <param name="now">When it came (UTC).</param>
    public JobLive With(JobEvent told, DateTimeOffset now) => told switch
    {
        JobStateChanged changed => Phase == changed.State ? this : (this with { Phase = changed.State }).Note(now, "state", $"is {changed.State.ToString().ToLowerInvariant()}"),
        JobStarted started => (this with { Started = started, Workers = started.Workers ?? Workers }).Note(
            now, "start", started.Workers is { } workers ? $"begins with {Count(workers, "worker")}" : "begins"),
        JobProgressed progressed => WithProgress(progressed, now),
        EpochEnded { Decision: var decision } => decision.Epoch == Epochs.Count ? this with { Epochs = Epochs.Add(decision) } : this,
        CheckpointSaved saved => (this with { Checkpoint = saved.Step }).Note(now, "checkpoint", $"checkpoint at step {saved.Step:#,0}"),
        WorkersChanged changed => Workers == changed.Workers ? this : (this with { Workers = changed.Workers }).Note(now, "workers", WorkersText(changed.Workers)),
        JobWaiting waiting => Waiting == waiting.Reason ? this : (this with { Waiting = waiting.Reason, StepsPerSecond = null }).Note(now, "wait", waiting.Reason),
        JobRewound rewound => (this with { ProgressAt = null, StepsPerSecond = null }).Note(now, "rewind", $"goes back to step {rewound.ToStep:#,0}: {rewound.Reason}"),
        JobPaused paused => (this with { StepsPerSecond = null }).Note(now, "pause", $"rests at step {paused.Step:#,0}"),
        JobFinished finished => (this with { End = finished.End, Waiting = null, StepsPerSecond = null }).Note(now, "end", EndText(finished.End)),
        _ => this,
    };

    private JobLive WithProgress(JobProgressed progressed, DateTimeOffset now)
    {
        var speed = StepsPerSecond;
        if (ProgressAt is { } before && Progress is { } last && progressed.Step > last.Step && (now - before).TotalSeconds is > 0.05 and < 30 and var seconds)
        {
            var measured = (progressed.Step - last.Step) / seconds;
            var weight = Math.Min(0.5, seconds / 2); // about two seconds of memory
            speed = speed is { } known ? known + (weight * (measured - known)) : measured;
        }
        return this with { Progress = progressed, ProgressAt = now, StepsPerSecond = speed, Waiting = null, Workers = progressed.Workers };
    }

    private string WorkersText(int workers) => Workers is not { } before ? Count(workers, "worker")
        : workers < before ? $"{Count(before - workers, "worker")} left: {workers} of {before} go on"
        : $"{Count(workers - before, "worker")} joined: {workers}";

    private static string EndText(JobEnded end) =>
        end.Outcome.ToString().ToLowerInvariant() + (end.Message is { } message ? $": {message}" : $" at step {end.Step:#,0}");

    private static string Count(int number, string word) => $"{number} {word}{(number == 1 ? "" : "s")}";

    private JobLive Note(DateTimeOffset now, string kind, string text)
    {
        var events = Events.Insert(0, new LiveEvent(now, kind, text));
        return this with { Events = events.Count > MostEvents ? events.RemoveAt(events.Count - 1) : events };
    }
}
