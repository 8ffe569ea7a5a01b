namespace Distributed.Console.Sessions;

/// <summary>Samples per second: recently, in the present epoch, and over the run. Training itself reads no clock.</summary>
/// <param name="clock">The clock.</param>
internal sealed class ThroughputMeter(TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);

    private readonly Queue<(long Time, long Samples)> _recent = new();
    private (long Time, long Samples) _begin, _epoch, _last;

    /// <summary>The run begins.</summary>
    /// <param name="samples">Samples done before, counted from the job's beginning.</param>
    public void Begin(long samples)
    {
        _begin = _epoch = _last = (clock.GetTimestamp(), samples);
        _recent.Clear();
        _recent.Enqueue(_begin);
    }

    /// <summary>Reports the samples done since the job's beginning.</summary>
    public void Report(long samples)
    {
        var now = (Time: clock.GetTimestamp(), Samples: samples);
        if (samples < _last.Samples)
        {
            // A rewind: recomputed samples count once, and the rate starts over.
            var back = _last.Samples - samples;
            _begin.Samples -= back;
            _epoch.Samples = Math.Min(_epoch.Samples, samples);
            _recent.Clear();
        }
        _last = now;
        _recent.Enqueue(now);
        while (_recent.Count > 2 && clock.GetElapsedTime(_recent.Peek().Time, now.Time) > Window) _recent.Dequeue();
    }

    /// <summary>Ends an epoch after a number of samples. Returns its rate.</summary>
    public double EndEpoch(long samples)
    {
        Report(samples);
        var rate = Rate(_epoch, _last);
        _epoch = _last;
        return rate;
    }

    /// <summary>Over the last seconds; 0 when still unknown.</summary>
    public double Recent => _recent.Count < 2 ? 0 : Rate(_recent.Peek(), _last);

    /// <summary>Over the whole run until the last report.</summary>
    public double Overall => Rate(_begin, _last);

    /// <summary>From the run's beginning until the last report.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(_begin.Time, _last.Time);

    private double Rate((long Time, long Samples) from, (long Time, long Samples) to)
    {
        var seconds = clock.GetElapsedTime(from.Time, to.Time).TotalSeconds;
        return seconds <= 0 ? 0 : (to.Samples - from.Samples) / seconds;
    }
}
