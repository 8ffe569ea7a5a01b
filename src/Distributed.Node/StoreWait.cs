using Distributed.Cluster.Hosting;
using Distributed.Node.Configuration;
using Microsoft.Extensions.Logging;

namespace Distributed.Node;

/// <summary>Waits for the database with growing pauses, and says so. It does not outlast the bound: a restart policy begins anew, with a new line in the log.</summary>
internal static class StoreWait
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(10);

    /// <summary>Returns when the store answers.</summary>
    /// <exception cref="NodeSettingException">It never will with these settings.</exception>
    /// <exception cref="TimeoutException">It did not answer within ten minutes.</exception>
    public static Task RunAsync(StoreSettings store, ILogger logger, CancellationToken cancellation) =>
        RunAsync(token => StoreProbe.AskAsync(store, token), logger, TimeProvider.System, cancellation);

    /// <summary>The same with any question and any clock.</summary>
    internal static async Task RunAsync(
        Func<CancellationToken, Task<StoreAnswer>> ask, ILogger logger, TimeProvider clock, CancellationToken cancellation)
    {
        var begin = clock.GetTimestamp();
        var said = "";
        for (var pause = ShortestPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var answer = await ask(cancellation).ConfigureAwait(false);
            if (answer.IsThere) break;
            if (answer.IsHopeless) throw new NodeSettingException($"--store cannot be used: {answer.Reason}");
            if (clock.GetElapsedTime(begin) > Bound) throw new TimeoutException($"{answer.Reason}; waited for {Bound.TotalMinutes:0} minutes");
            if (answer.Reason != said) logger.LogWarning("waiting for the database: {Reason}", answer.Reason);
            said = answer.Reason;
            // Back-off, doubled up to LongestPause; Bound ends it.
            await Task.Delay(pause, clock, cancellation).ConfigureAwait(false);
        }
        if (said.Length > 0) logger.LogInformation("the database answers after {Waited:0.0} s", clock.GetElapsedTime(begin).TotalSeconds);
    }
}
