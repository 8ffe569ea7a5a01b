using Distributed.Data.Samples;

namespace Distributed.Cluster.Datasets;

/// <summary>Samples in use: their file stays in the node's folder until this is disposed.</summary>
/// <param name="samples">The samples.</param>
/// <param name="giveBack">Called once.</param>
public sealed class BorrowedSamples(SampleSet samples, Action? giveBack) : IDisposable
{
    private Action? _giveBack = giveBack;

    /// <summary>The samples; they can be read after <see cref="Dispose"/> too, by a thread that is still at them.</summary>
    public SampleSet Samples => samples;

    /// <summary>They are not needed any more; a second call does nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
}
