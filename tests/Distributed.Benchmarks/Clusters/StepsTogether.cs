namespace Distributed.Benchmarks.Clusters;

/// <summary>
/// What the machine allows: bare steps on several threads that meet after each step and exchange nothing. No synchronous training on the same cores
/// can be faster, whatever it sends how: a step is as long as the slowest of its threads needs.
/// </summary>
internal static class StepsTogether
{
    /// <summary>Milliseconds of a step of all threads: the best mean of several rounds.</summary>
    public static double Measure(string model, int batch, int threads, double seconds)
    {
        var cell = new StepCell(model, batch);
        var isOver = false;
        using var meeting = new Barrier(threads);
        var others = Enumerable.Range(1, threads - 1).Select(_ => new Thread(() =>
        {
            var own = new StepCell(model, batch);
            while (true)
            {
                meeting.SignalAndWait();
                if (Volatile.Read(ref isOver)) return;
                own.Step();
                meeting.SignalAndWait();
            }
        })).ToList();
        foreach (var thread in others) thread.Start();
        try
        {
            return Timing.Best(
                () =>
                {
                    meeting.SignalAndWait();
                    cell.Step();
                    meeting.SignalAndWait();
                },
                seconds) * 1e3;
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            meeting.SignalAndWait();
            foreach (var thread in others) thread.Join();
        }
    }
}
