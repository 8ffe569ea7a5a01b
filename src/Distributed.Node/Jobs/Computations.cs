using Distributed.Node.Configuration;
using Distributed.Node.Problems;

namespace Distributed.Node.Jobs;

/// <summary>Bounds the requests that compute at once and those that wait, and refuses the rest.</summary>
internal sealed class Computations(HttpLimits limits) : IDisposable
{
    private readonly SemaphoreSlim _places = new(limits.Computations);
    private int _waiting;

    /// <summary>Runs something on the thread pool once there is a place.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> compute, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _waiting) > limits.WaitingComputations + limits.Computations)
        {
            Interlocked.Decrement(ref _waiting);
            throw ApiException.TooMany("submissions and predictions wait here already, as many as may", TimeSpan.FromSeconds(2));
        }
        try
        {
            await _places.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                return await Task.Run(compute, cancellation).ConfigureAwait(false);
            }
            finally
            {
                _places.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Dispose() => _places.Dispose();
}
