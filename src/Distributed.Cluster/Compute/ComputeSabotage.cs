namespace Distributed.Cluster.Compute;

/// <summary>
/// A machine that computes wrongly, for tests alone: some workers' gradients come out otherwise from some step on. Nothing but a test of this
/// assembly can set it.
/// </summary>
internal static class ComputeSabotage
{
    private static volatile Func<string, long, bool>? _errs;

    /// <summary>Spoils gradients until the result is disposed of.</summary>
    /// <param name="errs">Whether a worker, by its job's name and its own ("job worker"), errs in a step. Called on compute threads.</param>
    public static IDisposable Begin(Func<string, long, bool> errs)
    {
        _errs = errs;
        return new Scope();
    }

    /// <summary>Changes one number of a shard's gradient where its worker is to err.</summary>
    public static void Spoil(string worker, long step, Span<float> gradient)
    {
        if (_errs?.Invoke(worker, step) == true) gradient[(int)(step % gradient.Length)] += 1;
    }

    private sealed class Scope : IDisposable
    {
        public void Dispose() => _errs = null;
    }
}
