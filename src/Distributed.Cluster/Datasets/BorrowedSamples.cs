using Distributed.Data.Samples;

namespace Distributed.Cluster.Datasets;

/// <summary>Samples in use: their file stays in the node's folder until this is disposed.</summary>
/// <param name="samples">The samples.</param>
/// <param name="giveBack">Called once.</param>
public sealed class BorrowedSamples(SampleSet samples, Action? giveBack) : IDisposable
{
    private Action? _giveBack = giveBack;

    /// <summary>The samples. A thread still using them may read them after <see cref="Dispose"/>.</summary>
    public SampleSet Samples => samples;

    /// <summary>Releases the samples; further calls do nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
}
