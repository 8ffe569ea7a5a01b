using System.Diagnostics;

namespace Distributed.Cluster.Measures;

/// <summary>The speed at which a worker's compute threads train. Thread-safe.</summary>
/// <param name="threads">The number of threads.</param>
internal sealed class TrainingSpeed(int threads)
{
    private long _samples, _ticks; // since the last measurement; thread time

    /// <summary>A thread has computed samples in this time, in ticks of <see cref="Stopwatch"/>.</summary>
    public void Record(long samples, long ticks)
    {
        Interlocked.Add(ref _ticks, ticks);
        Interlocked.Add(ref _samples, samples);
    }

    /// <summary>Training samples per second across all threads since the last call; null when there were none.</summary>
    public double? Take()
    {
        var (samples, ticks) = (Interlocked.Exchange(ref _samples, 0), Interlocked.Exchange(ref _ticks, 0));
        return samples > 0 && ticks > 0 ? samples * threads * (double)Stopwatch.Frequency / ticks : null;
    }
}
