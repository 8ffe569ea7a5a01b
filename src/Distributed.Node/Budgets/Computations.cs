using System.Threading.RateLimiting;
using Distributed.Node.Configuration;
using Distributed.Node.Problems;

namespace Distributed.Node.Budgets;

/// <summary>Bounds the requests that compute at once and those that wait, and refuses the rest.</summary>
internal sealed class Computations(HttpLimits limits) : IDisposable
{
    private readonly ConcurrencyLimiter _places = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = limits.Computations,
        QueueLimit = limits.WaitingComputations,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Runs something on the thread pool once there is a place.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> compute, CancellationToken cancellation)
    {
        using var place = await _places.AcquireAsync(1, cancellation).ConfigureAwait(false);
        if (!place.IsAcquired) throw ApiException.TooMany("submissions and predictions wait here already, as many as may", TimeSpan.FromSeconds(2));
        return await Task.Run(compute, cancellation).ConfigureAwait(false);
    }

    public void Dispose() => _places.Dispose();
}
