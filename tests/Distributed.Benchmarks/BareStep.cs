using System.Diagnostics;

namespace Distributed.Benchmarks;

/// <summary>Bare steps on several unrelated threads at once: what the machine allows when threads exchange nothing.</summary>
internal static class BareStep
{
    /// <summary>The process's processor time, in milliseconds.</summary>
    public static double Processor => Process.GetCurrentProcess().TotalProcessorTime.TotalMilliseconds;

    /// <summary>A step of one of the threads, divided by their number: milliseconds of wall time at best, and of processor time on average.</summary>
    /// <param name="model">Layer widths, for example 784-128-10.</param>
    /// <param name="batch">Samples a step of each thread.</param>
    /// <param name="threads">Threads at once.</param>
    /// <param name="seconds">About how long all rounds take.</param>
    public static (double Milliseconds, double Processor) Measure(string model, int batch, int threads, double seconds)
    {
        var cells = Enumerable.Range(0, threads).Select(_ => new StepCell(model, batch)).ToList();
        var (best, steps, began) = (double.PositiveInfinity, 0L, 0.0);
        for (var round = -1; round < 4; round++)
        {
            if (round == 0) (steps, began) = (0, Processor); // the first one warmed up
            var clock = Stopwatch.StartNew();
            var until = Stopwatch.GetTimestamp() + (long)(seconds / 4 * Stopwatch.Frequency);
            long done = 0;
            var running = cells.ConvertAll(cell => new Thread(() =>
            {
                var own = 0;
                for (; own < 3 || Stopwatch.GetTimestamp() < until; own++) cell.Step();
                Interlocked.Add(ref done, own);
            }));
            running.ForEach(thread => thread.Start());
            running.ForEach(thread => thread.Join());
            steps += done;
            if (round >= 0) best = Math.Min(best, clock.Elapsed.TotalMilliseconds / done);
        }
        return (Math.Round(best, 4), (Processor - began) / steps);
    }
}
