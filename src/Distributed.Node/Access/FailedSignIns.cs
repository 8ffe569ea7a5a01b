using System.Net;
using System.Threading.RateLimiting;
using Distributed.Node.Audit;
using Distributed.Transport.Connections;
using Microsoft.Extensions.Logging;

namespace Distributed.Node.Access;

/// <summary>
/// Limits failed sign-ins by source and logs them. Valid keys are not counted, so they still work behind an address that floods wrong
/// ones. Both tables are bounded: sources share <see cref="Places"/> places by a hash that differs from process to process, so
/// many sources cost no more memory, and the log has a limit of lines a minute and counts what it leaves out.
/// </summary>
internal sealed class FailedSignIns : IDisposable
{
    private const int Places = 4_096;
    private const int LinesAtOnce = 10;
    private const int LinesPerMinute = 10;

    private readonly PartitionedRateLimiter<int> _failures;
    private readonly TokenBucketRateLimiter _lines;
    private readonly ILogger _logger;
    private readonly AuditLog _audit;
    private long _left; // out of the logs since their last line

    public FailedSignIns(int perSecond, ILogger logger, AuditLog audit)
    {
        (_logger, _audit) = (logger, audit);
        _failures = PartitionedRateLimiter.Create<int, int>(place => RateLimitPartition.GetTokenBucketLimiter(place, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecond * 10,
            TokensPerPeriod = perSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            AutoReplenishment = true,
            QueueLimit = 0,
        }));
        _lines = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = LinesAtOnce,
            TokensPerPeriod = LinesPerMinute,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1),
            AutoReplenishment = true,
            QueueLimit = 0,
        });
    }

    /// <summary>Counts a failed sign-in.</summary>
    /// <param name="source">Who tried.</param>
    /// <param name="reason">Why it failed; never the key.</param>
    /// <returns>How long the source must wait after too many failures; null when it may try again.</returns>
    public TimeSpan? Count(IPAddress? source, string reason)
    {
        var origin = ConnectionBound.SourceOf(source);
        using var lease = _failures.AttemptAcquire((int)((uint)origin.GetHashCode(StringComparison.Ordinal) % Places));
        Note(origin, lease.IsAcquired ? reason : "too many failed sign-ins");
        if (lease.IsAcquired) return null;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) && wait > TimeSpan.Zero ? wait : TimeSpan.FromSeconds(1);
    }

    public void Dispose()
    {
        _failures.Dispose();
        _lines.Dispose();
    }

    private void Note(string origin, string reason)
    {
        using var line = _lines.AttemptAcquire();
        if (!line.IsAcquired)
        {
            Interlocked.Increment(ref _left);
            return;
        }
        var left = Interlocked.Exchange(ref _left, 0);
        _audit.Write(new AuditEvent(default, "sign-in", "refused") { From = origin, Reason = reason, More = left > 0 ? left : null });
        if (left == 0) _logger.LogWarning("sign-in from {Source} refused: {Reason}", origin, reason);
        else _logger.LogWarning("sign-in from {Source} refused: {Reason} ({Left} more refusals since the last line)", origin, reason, left);
    }
}
