using Distributed.Console.Terminals;
using Distributed.Protocol.Messages;

namespace Distributed.Console.Output;

/// <summary>A job's workers, blocks and checkpoints as a live screen shows them: a pure function of the coordinator's report.</summary>
internal static class StatusView
{
    /// <summary>Workers with a line of their own; of more, the last line tells how many.</summary>
    private const int MostWorkers = 3;

    /// <summary>At most five lines.</summary>
    public static IEnumerable<StyledLine> Lines(JobStatus status, int width)
    {
        foreach (var line in Workers(status, width)) yield return line;
        if (status.Blocks.Count > 0) yield return Blocks(status.Blocks);
        yield return Checkpoints(status.Checkpoints, status.Blocks.Count);
    }

    private static IEnumerable<StyledLine> Workers(JobStatus status, int width)
    {
        var workers = status.Workers.OrderByDescending(w => w.SamplesPerSecond ?? 0).ToArray();
        var shown = status.WorkerCount > MostWorkers ? MostWorkers - 1 : MostWorkers;
        var names = Math.Clamp(workers.Select(w => Name(w).Length).DefaultIfEmpty(0).Max(), 1, width / 3);
        foreach (var worker in workers.Take(shown))
        {
            var line = StyledLine.Of($"{Name(worker).PadRight(names)}  {worker.Share * 100,3:0} %  {Numbers.Rate(worker.SamplesPerSecond ?? 0),9}", Tone.Faint);
            if (worker.Refusal is { } refusal) line.Add("  " + refusal, Tone.Bad);
            else if (!worker.IsReady) line.Add("  gets ready", Tone.Faint);
            else line.Add(Times("computes", worker.Compute) + Times("waits", worker.Wait), Tone.Faint).Add(worker.IsLate ? "  late" : "", Tone.Bad);
            yield return line;
        }
        if (status.WorkerCount > shown && workers.Length > 0)
        {
            var rest = workers.Skip(shown).Sum(w => w.SamplesPerSecond ?? 0);
            yield return StyledLine.Of($"{Numbers.Count(status.WorkerCount - shown)} more workers, together {Numbers.Rate(rest)}", Tone.Faint);
        }
    }

    private static StyledLine Blocks(IReadOnlyList<BlockStatus> blocks)
    {
        var steps = blocks.Select(b => b.Step).OfType<long>().ToArray();
        var nodes = blocks.Select(b => b.Node).OfType<string>().Distinct().ToArray();
        var missing = blocks.Count - steps.Length;
        var at = steps.Length == 0 ? "" : $", step {Numbers.Count(steps.Max())}"; // what others last said is older; none is more than a step behind
        var on = nodes.Length == 0 ? "" : " on " + Numbers.Of(nodes.Length, "node");
        return StyledLine.Of(Numbers.Of(blocks.Count, "block") + on + at, Tone.Faint)
            .Add(missing > 0 && steps.Length > 0 ? $", {missing} without weights" : "", Tone.Bad)
            .Add(Times("update", Slowest(blocks.Select(b => b.Update))) + Times("wait", Slowest(blocks.Select(b => b.Wait))), Tone.Faint);
    }

    private static StyledLine Checkpoints(CheckpointStatus checkpoints, int blocks)
    {
        var line = StyledLine.Of(checkpoints.Kept.Count switch
        {
            0 => "no checkpoint yet",
            1 => $"checkpoint at step {Numbers.Count(checkpoints.Kept[0])}",
            _ => $"checkpoints at steps {string.Join(", ", checkpoints.Kept.Select(step => Numbers.Count(step)))}",
        }, Tone.Faint);
        if (checkpoints is { Latest: not null, SecondsSinceLatest: { } age }) line.Add($", {Numbers.Time(TimeSpan.FromSeconds(age))} old", Tone.Faint);
        if (checkpoints.OpenStep is { } open) line.Add($"; of step {Numbers.Count(open)} {checkpoints.Stored} of {Numbers.Of(blocks, "block")} stored", Tone.Faint);
        return checkpoints.StoreTrouble is { } trouble ? line.Add($"; the store: {trouble}", Tone.Bad) : line;
    }

    private static StepTiming? Slowest(IEnumerable<StepTiming?> times) => times.OfType<StepTiming>().MaxBy(t => t.Median);

    /// <summary>The median and, behind the stroke, the 95th percentile of the latest steps.</summary>
    private static string Times(string what, StepTiming? timing) =>
        timing is null ? "" : $"  {what} {Numbers.Short(timing.Median)}/{Numbers.Short(timing.Percentile95)}";

    /// <summary>A worker's name begins with its node's host:port; what follows tells several lives of it apart.</summary>
    private static string Name(WorkerStatus worker) => worker.Worker.Value.Split('/')[0];
}
