using System.Threading.RateLimiting;
using Distributed.Node.Configuration;
using Distributed.Node.Problems;

namespace Distributed.Node.Budgets;

/// <summary>
/// The places for requests that compute. A request enters before its body is read, or waits, and the rest is refused. One caller leaves a place to
/// others, so that its slow bodies do not hold all of them.
/// </summary>
internal sealed class Computations : IDisposable
{
    private readonly PartitionedRateLimiter<string> _places;

    public Computations(HttpLimits limits)
    {
        var ofAll = Places(limits.Computations, limits.WaitingComputations);
        var ofOne = Places(Math.Max(1, limits.Computations - 1), limits.WaitingComputations);
        _places = PartitionedRateLimiter.CreateChained(
            PartitionedRateLimiter.Create<string, string>(caller => RateLimitPartition.GetConcurrencyLimiter(caller, _ => ofOne)),
            PartitionedRateLimiter.Create<string, bool>(_ => RateLimitPartition.GetConcurrencyLimiter(true, _ => ofAll)));
    }

    /// <summary>Waits for a place; it is free again when the answer is disposed.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellation">The client went away.</param>
    /// <exception cref="ApiException">As many wait as may.</exception>
    public async Task<IDisposable> EnterAsync(string caller, CancellationToken cancellation)
    {
        var place = await _places.AcquireAsync(caller, 1, cancellation).ConfigureAwait(false);
        if (place.IsAcquired) return place;
        place.Dispose();
        throw ApiException.TooMany("submissions and predictions wait here already, as many as may", TimeSpan.FromSeconds(2));
    }

    /// <summary>Runs something on the thread pool once there is a place.</summary>
    public async Task<T> RunAsync<T>(string caller, Func<Task<T>> compute, CancellationToken cancellation)
    {
        using var place = await EnterAsync(caller, cancellation).ConfigureAwait(false);
        return await Task.Run(compute, cancellation).ConfigureAwait(false);
    }

    public void Dispose() => _places.Dispose();

    private static ConcurrencyLimiterOptions Places(int places, int waiting) =>
        new() { PermitLimit = places, QueueLimit = waiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst };
}
